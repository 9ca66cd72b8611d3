//! Ctrl-C.

use ratelaw::solver::StopFlag;

use crate::STOPPED;
use crate::output::tell;

/// Ctrl-C, SIGTERM or SIGHUP sets a flag and says `first`; another one ends the program at once, which loses no more than a
/// kill does, with `second`.
pub(crate) fn stop_on_request(flag: &StopFlag, first: &'static str, second: &'static str) {
    let flag = flag.clone();
    let handler = move || {
        if flag.set() {
            tell(second);
            std::process::exit(i32::from(STOPPED));
        }
        tell(first);
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tell(&format!("warning: Ctrl-C will end the program at once: {error}"));
    }
}
