//! Symbolic derivatives.

use super::function::Function;
use super::graph::{Graph, NodeId, Op};

impl<L: Copy + Eq + std::hash::Hash> Graph<L> {
    /// The derivative of an operation in a leaf, added to the same graph.
    ///
    /// The rule of each operation is that of any calculus book; `abs`, `min`, `max` and `if` are differentiated
    /// branch by branch, which is exact but where branches meet.
    pub fn derivative(&mut self, of: NodeId, leaf: L) -> NodeId {
        let zero = self.number(0.0);
        let mut slopes = vec![zero; of.index() + 1];
        for i in 0..=of.index() {
            let id = NodeId(i as u32);
            slopes[i] = match self.op(id) {
                Op::Leaf(own) => self.number(if own == leaf { 1.0 } else { 0.0 }),
                Op::Add(a, b) => self.add(slopes[a.index()], slopes[b.index()]),
                Op::Sub(a, b) => self.sub(slopes[a.index()], slopes[b.index()]),
                Op::Mul(a, b) => {
                    let left = self.mul(slopes[a.index()], b);
                    let right = self.mul(a, slopes[b.index()]);
                    self.add(left, right)
                }
                Op::Div(a, b) => {
                    let taken = self.mul(id, slopes[b.index()]);
                    let rest = self.sub(slopes[a.index()], taken);
                    self.div(rest, b)
                }
                Op::Power(a, n) => {
                    let (count, less) = (self.number(n), self.number(n - 1.0));
                    let power = self.power(a, less);
                    let slope = self.mul(count, power);
                    self.mul(slope, slopes[a.index()])
                }
                Op::PowerOf(a, b) => {
                    // d(a^b) = a^b (b' ln a + b a'/a)
                    let log = self.call(Function::Ln, a);
                    let by_exponent = self.mul(slopes[b.index()], log);
                    let share = self.div(slopes[a.index()], a);
                    let by_base = self.mul(b, share);
                    let sum = self.add(by_exponent, by_base);
                    self.mul(id, sum)
                }
                Op::Call(function, a) if slopes[a.index()] != zero => {
                    let slope = self.slope_of(function, a, id);
                    self.mul(slope, slopes[a.index()])
                }
                Op::Number(_) | Op::Call(..) => zero,
                Op::Extreme(which, a, b) => self.select(which, [a, b, slopes[a.index()], slopes[b.index()]]),
                Op::Select(which, [a, b, yes, no]) => {
                    self.select(which, [a, b, slopes[yes.index()], slopes[no.index()]])
                }
            };
        }
        slopes[of.index()]
    }

    /// The derivative of a function at `a`, where its value is `value`.
    fn slope_of(&mut self, function: Function, a: NodeId, value: NodeId) -> NodeId {
        let one = self.number(1.0);
        match function {
            Function::Exp => value,
            Function::Ln => self.div(one, a),
            Function::Log10 => {
                let e = self.number(std::f64::consts::LOG10_E);
                self.div(e, a)
            }
            Function::Sqrt => {
                let half = self.number(0.5);
                let minus = self.number(-0.5);
                // The power rule knows what to do at zero.
                let power = self.power(a, minus);
                let zero = self.number(0.0);
                let slope = self.mul(half, power);
                self.select(super::Comparison::Greater, [a, zero, slope, zero])
            }
            Function::Abs => self.call(Function::Sign, a),
            Function::Sign => self.number(0.0),
            Function::Sin => self.call(Function::Cos, a),
            Function::Cos => {
                let sine = self.call(Function::Sin, a);
                self.neg(sine)
            }
            Function::Tan => {
                let square = self.mul(value, value);
                self.add(one, square)
            }
            Function::Asin | Function::Acos => {
                let square = self.mul(a, a);
                let rest = self.sub(one, square);
                let root = self.call(Function::Sqrt, rest);
                let numerator = self.number(if function == Function::Asin { 1.0 } else { -1.0 });
                self.div(numerator, root)
            }
            Function::Atan => {
                let square = self.mul(a, a);
                let sum = self.add(one, square);
                self.div(one, sum)
            }
            Function::Sinh => self.call(Function::Cosh, a),
            Function::Cosh => self.call(Function::Sinh, a),
            Function::Tanh => {
                let square = self.mul(value, value);
                self.sub(one, square)
            }
        }
    }
}
