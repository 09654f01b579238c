//! Load: keep-alive connections over loopback, one thread, raw HTTP/1.1, bounded in connections and time.
use std::{
    io::{Error, ErrorKind, Result},
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::JoinHandle};

/// What is asked, and by how many at once.
pub struct Load {
    pub address: SocketAddr,
    pub token: String,
    /// Asked for in a random order.
    pub paths: Vec<String>,
    pub connections: usize,
}
/// What came of it.
pub struct Burst {
    pub answers: usize,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processor time per answer, microseconds: of the server, and of this program.
    pub server_us: f64,
    pub client_us: f64,
}

/// Asks for `time`; `server_cpu` gives the seconds of processor time that the server has used.
pub fn run(load: &Load, time: Duration, server_cpu: impl Fn() -> f64) -> Burst {
    let requests = Arc::new(load.paths.iter().map(|p| request(load, p)).collect::<Vec<_>>());
    let (server, client, since) = (server_cpu(), cpu("self"), Instant::now());
    let mut micros = runtime().block_on(async {
        let over = Arc::new(AtomicBool::new(false));
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                let tasks: Vec<JoinHandle<Result<Vec<u32>>>> = (0..load.connections)
                    .map(|n| {
                        let (requests, over, address) = (requests.clone(), over.clone(), load.address);
                        tokio::task::spawn_local(async move { caller(address, &requests, n, &over).await })
                    })
                    .collect();
                tokio::time::sleep(time).await;
                over.store(true, Ordering::Relaxed);
                let mut all = Vec::new();
                for task in tasks {
                    all.extend(task.await.unwrap().unwrap());
                }
                all
            })
            .await
    });
    let seconds = since.elapsed().as_secs_f64();
    micros.sort_unstable();
    let answers = micros.len();
    let at = |share: f64| f64::from(micros[((answers as f64) * share) as usize]) / 1000.0;
    let each = |seconds: f64| seconds * 1e6 / answers as f64;
    Burst {
        answers,
        per_second: answers as f64 / seconds,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        server_us: each(server_cpu() - server),
        client_us: each(cpu("self") - client),
    }
}
/// The body of one answer.
pub fn once(load: &Load) -> Result<String> {
    let bytes = request(load, &load.paths[0]);
    runtime().block_on(async {
        let stream = TcpStream::connect(load.address).await?;
        let mut buffer = Vec::new();
        let length = ask(&stream, &bytes, &mut buffer).await?;
        Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
    })
}
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
fn request(load: &Load, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\n\r\n", load.token).into_bytes()
}
async fn caller(
    address: SocketAddr,
    requests: &[Vec<u8>],
    seed: usize,
    over: &AtomicBool,
) -> Result<Vec<u32>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut micros, mut buffer) = (Vec::new(), Vec::with_capacity(1 << 16));
    let mut random = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed as u64 + 1);
    while !over.load(Ordering::Relaxed) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let since = Instant::now();
        ask(&stream, &requests[(random % requests.len() as u64) as usize], &mut buffer).await?;
        micros.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(micros)
}
/// One request and its whole answer; anything but 200 is an error.
async fn ask(stream: &TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<usize> {
    let mut sent = 0;
    while sent < request.len() {
        match stream.try_write(&request[sent..]) {
            Ok(n) => sent += n,
            Err(e) if e.kind() == ErrorKind::WouldBlock => stream.writable().await?,
            Err(e) => return Err(e),
        }
    }
    buffer.clear();
    loop {
        stream.readable().await?;
        match stream.try_read_buf(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => continue,
            Err(e) => return Err(e),
        }
        let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]);
        if !text.starts_with("HTTP/1.1 200") {
            return Err(Error::other(String::from_utf8_lossy(buffer).into_owned()));
        }
        let length = text.lines().find_map(|l| l.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let whole = head + 4 + length.ok_or_else(|| Error::other("no length"))?;
        if buffer.len() >= whole {
            return Ok(whole);
        }
    }
}
/// Seconds of processor time that a process has used.
pub fn cpu(pid: &str) -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS
}
