//! Networks that BioNetGen generated, in its `.net` files.

mod assemble;
mod entry;
mod expand;
mod kind;
mod lines;
mod names;
mod parse;
#[cfg(test)]
mod properties;
mod read;
mod render;
mod resolve;
#[cfg(test)]
mod tests;
mod tree;

use crate::definition::Definition;
use crate::error::Result;

/// Reads a network file of BioNetGen (`.net`): parameters, functions, species, reactions and groups; `file` is its name
/// in messages.
///
/// Such a file has no units. Everything is in one abstract phase, so that amounts are pure numbers and a rate constant
/// is in 1/s whatever its order. A parameter that a rate constant is proportional to gets that unit, any other is a
/// number; an expression that mixes the two has a second in it: `c0/(Na*V)/1 s`.
///
/// - Species are named by their patterns; if one of those cannot be a name, or an expression would be too long with them,
///   all are `S1`, `S2`, ... with the pattern as their note. Their composition is waived.
/// - Initial amounts are numbers: what they were worked out from is noted.
/// - Groups are observables, unless they are empty. A rate that depends on them, through a function, is a law by
///   expression; so is `Sat(k,K)`. Other laws by keyword (`MM`, `Hill`) are refused.
/// - What a model file has no word for (`rint`) is worked out where it is constant, which is noted.
/// - Statistical factors stay in the constants: `2*kp1`.
/// - A name that is reserved or taken gets a `_` behind it, and a note.
///
/// The file says neither how long a run is nor what is asked of it.
///
/// # Errors
/// [`NetworkError::Invalid`](crate::NetworkError::Invalid) with all faults and their places.
///
/// ```
/// use ratelaw_network::{Network, import};
///
/// let text = "
/// begin parameters
///     1 kon 0.5
/// end parameters
/// begin species
///     1 A(b) 100
///     2 B(a) 50
///     3 A(b!1).B(a!1) 0
/// end species
/// begin reactions
///     1 1,2 3 kon
/// end reactions
/// begin groups
///     1 AllA 1,3
/// end groups
/// ";
/// let network = Network::new(import::bionetgen(text, "binding.net")?)?;
/// assert_eq!(network.steps()[0].equation, "A(b) + B(a) -> A(b!1).B(a!1)");
/// # Ok::<(), ratelaw_network::NetworkError>(())
/// ```
pub fn bionetgen(text: &str, file: &str) -> Result<Definition> {
    let (mut source, lines) = lines::Source::new(text, file);
    let entries = read::read(&mut source, &lines);
    source.sound()?;
    let resolved = resolve::resolve(&mut source, &entries);
    source.sound()?;
    Ok(assemble::assemble(&entries, &resolved, file))
}
