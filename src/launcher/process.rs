//! Processes: what the standard library leaves to the C library. The only `unsafe` of the crate is here.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at something that is about to happen.
pub(super) const BLINK: Duration = Duration::from_millis(5);

/// The highest file descriptor there can be.
const LAST_FILE: libc::c_ulong = 0xFFFF_FFFF;

/// A command to start, and where to hand the child.
type Order = (Command, Sender<io::Result<Child>>);

/// The effective user id of this process.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: geteuid takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

/// Sends `signal` to the process; a process that is gone already is no error.
pub(super) fn signal(pid: u32, signal: i32) {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return };
    if pid <= 1 {
        return; // 0 and negative ids would mean groups, 1 is init
    }
    // SAFETY: kill takes two integers and touches no memory of this process.
    unsafe { libc::kill(pid, signal) };
}

/// Sends `signal` to a child that has not been waited for: until then its id cannot mean anybody else.
pub(super) fn signal_child(child: &mut Child, number: i32) {
    if matches!(child.try_wait(), Ok(None)) {
        signal(child.id(), number);
    }
}

/// Starts a command as the leader of its own process group (Ctrl-C is not for it) that the kernel sends
/// `on_orphaned` when this process ends, however it ends. It inherits no file but the three standard ones: a lock
/// or a pipe that somebody left open in this process must not live as long as a server.
///
/// The kernel ties that signal to the *thread* that started the child, not to the process (prctl(2),
/// PR_SET_PDEATHSIG). So one thread that never ends starts them all.
pub(super) fn spawn_bound(mut command: Command, on_orphaned: i32) -> io::Result<Child> {
    let parent = libc::pid_t::try_from(std::process::id()).map_err(io::Error::other)?;
    let on_orphaned = libc::c_ulong::try_from(on_orphaned).map_err(io::Error::other)?;
    command.process_group(0);
    // SAFETY: the closure runs in the child between fork and exec. It makes three plain system
    // calls, allocates nothing and takes no lock.
    unsafe { command.pre_exec(move || bind_to(parent, on_orphaned)) };
    let gone = |_| io::Error::other("the thread that starts servers is gone");
    let (reply, child) = mpsc::channel();
    keeper().send((command, reply)).map_err(|e| gone(e.to_string()))?;
    child.recv().map_err(|e| gone(e.to_string()))?
}

/// Runs in the child: closes what was left open, asks for the signal, then makes sure that the parent did not die
/// before the asking.
fn bind_to(parent: libc::pid_t, on_orphaned: libc::c_ulong) -> io::Result<()> {
    let (first, last, when_executing): (libc::c_ulong, libc::c_ulong, libc::c_ulong) = (3, LAST_FILE, 4);
    // SAFETY: close_range (2) takes three integers. With CLOSE_RANGE_CLOEXEC (4) it closes nothing yet, so the
    // pipe over which the standard library reports a failed exec still works. Kernels before 5.11 refuse: no harm.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, when_executing) };
    // SAFETY: PR_SET_PDEATHSIG takes one integer and touches no memory.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, on_orphaned) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: getppid takes nothing and cannot fail.
    if unsafe { libc::getppid() } != parent {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(())
}

/// The thread that starts bound children. Its channel is never closed, so it lives as long as the process.
fn keeper() -> &'static Sender<Order> {
    static KEEPER: OnceLock<Sender<Order>> = OnceLock::new();
    KEEPER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        let serve = move || {
            for (mut command, reply) in inbox {
                // A caller that no longer listens gets no child: dropping the reply is all there is to do.
                let _ = reply.send(command.spawn());
            }
        };
        // When no thread can be made, `inbox` is dropped here and every order says so.
        drop(thread::Builder::new().name("postgres-keeper".to_owned()).spawn(serve));
        orders
    })
}

/// Waits for a child of this process at most that long; gives whether it ended.
pub(super) fn wait_at_most(child: &mut Child, patience: Duration) -> bool {
    let since = Instant::now();
    while since.elapsed() < patience {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        thread::sleep(BLINK);
    }
    false
}

/// What the kernel knows of a process id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// No such process.
    None,
    /// Ended and not yet reaped: signals still find it, but it holds nothing any more.
    Zombie,
    /// Runs.
    Alive,
}

/// The life of a process id, from /proc/PID/stat.
pub(super) fn life(pid: u32) -> Life {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return Life::None };
    // `pid (name) state …`, where the name itself may hold parentheses
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    match state {
        None => Life::None,
        Some('Z' | 'X' | 'x') => Life::Zombie,
        Some(_) => Life::Alive,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn an_unreaped_process_counts_as_dead() {
        let mut child = Command::new("true").spawn().unwrap();
        let since = Instant::now();
        while life(child.id()) == Life::Alive && since.elapsed() < Duration::from_secs(10) {
            thread::sleep(BLINK);
        }
        assert_eq!(life(child.id()), Life::Zombie);
        child.wait().unwrap();
        assert_eq!(life(child.id()), Life::None);
        assert_eq!(life(std::process::id()), Life::Alive);
    }

    #[test]
    fn a_child_inherits_the_standard_files_only() {
        // SAFETY: F_DUPFD takes one integer; the copy it makes (without close-on-exec) is left open. The shell itself
        // uses none so high.
        let left_open = unsafe { libc::fcntl(1, libc::F_DUPFD, 300) };
        assert!(left_open >= 300);
        let mut command = Command::new("sh");
        command.args(["-c", "echo /proc/$$/fd/*"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let output = spawn_bound(command, libc::SIGKILL).unwrap().wait_with_output().unwrap();
        let files = String::from_utf8(output.stdout).unwrap();
        assert!(!files.split_whitespace().any(|file| file.ends_with(&format!("/{left_open}"))), "{files}");
    }

    #[test]
    fn a_child_outlives_the_thread_that_asked_for_it() {
        let asked = thread::spawn(|| {
            let mut command = Command::new("sleep");
            command.arg("60");
            spawn_bound(command, libc::SIGKILL).unwrap()
        });
        let mut child = asked.join().unwrap();
        assert!(!wait_at_most(&mut child, Duration::from_millis(200)), "died with the thread");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
