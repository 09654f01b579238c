//! The program.
fn main() -> std::process::ExitCode {
    match kenpo::cli::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("kenpo: {e:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
