//! What leads where in a linked program, from its relocations.

use std::collections::VecDeque;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{RelocationEntry, RelocationType as Kind, SymbolInfo};

use super::DOOR;
use super::linked::Program;

/// Between two pieces of data: what the linker puts there so that the second is aligned.
const PADDING: u32 = 16;

/// What only the doors lead to.
pub struct Reached {
    /// Of each function.
    pub functions: Vec<Standing>,
    /// Of each entry of the table of functions: whether its function comes later.
    pub later_entries: Vec<bool>,
    /// Addresses of the data that comes later, in order.
    pub later_data: Vec<Range<u32>>,
}

/// Where a function belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In the first part.
    First,
    /// It leads into the second part, and stands in it.
    Door,
    /// In the second part.
    Later,
}

/// Names of functions and data, each of which refers to the next.
pub type Path = Vec<String>;

/// What only the doors lead to; none where there are no relocations or no doors.
pub fn reach(linked: &[u8]) -> Result<Option<Reached>> {
    let program = Program::read(linked)?;
    let Some(graph) = Graph::of(&program)? else {
        return Ok(None);
    };
    if graph.doors.is_empty() {
        return Ok(None);
    }
    let first = graph.from(&graph.roots, &graph.doors);
    let later = graph.from(&graph.doors, &[]);
    let standing = |function: usize| {
        if graph.doors.contains(&function) {
            Standing::Door
        } else if function >= program.imported && first[function].is_none() && later[function].is_some() {
            Standing::Later
        } else {
            Standing::First
        }
    };
    let functions: Vec<Standing> = (0..graph.functions).map(standing).collect();
    Ok(Some(Reached {
        later_entries: program
            .entries
            .iter()
            .map(|function| function.is_some_and(|function| functions[function as usize] != Standing::First))
            .collect(),
        later_data: graph.later_data(&program, &first, &later),
        functions,
    }))
}

/// How the first part comes to need a function or a piece of data whose name contains `name`.
pub fn why(linked: &[u8], name: &str) -> Result<Option<Path>> {
    let program = Program::read(linked)?;
    let graph = Graph::of(&program)?.context("the program was linked without relocations")?;
    let first = graph.from(&graph.roots, &graph.doors);
    let found = (0..graph.names.len()).find(|node| first[*node].is_some() && graph.names[*node].contains(name));
    let Some(mut node) = found else { return Ok(None) };
    let mut path = vec![graph.names[node].clone()];
    while let Some(Some(before)) = first[node] {
        path.push(graph.names[before].clone());
        node = before;
    }
    path.reverse();
    Ok(Some(path))
}

/// Functions first, then pieces of data; each with what it refers to.
struct Graph {
    functions: usize,
    names: Vec<String>,
    leads: Vec<Vec<usize>>,
    roots: Vec<usize>,
    doors: Vec<usize>,
    pieces: Vec<Piece>,
}

/// A piece of data: a symbol of the linker's. Pieces overlap where one text is the end of another.
struct Piece {
    node: usize,
    segment: u32,
    start: u32,
    end: u32,
}

impl Graph {
    fn of(program: &Program<'_>) -> Result<Option<Graph>> {
        if !program.linked {
            return Ok(None);
        }
        let functions = program.imported + program.bodies.len();
        let mut graph = Graph {
            functions,
            names: (0..functions).map(|number| format!("function {number}")).collect(),
            leads: vec![Vec::new(); functions],
            roots: program.roots.iter().map(|root| *root as usize).collect(),
            doors: Vec::new(),
            pieces: Vec::new(),
        };
        // As it stands in a mangled name, old or new.
        let door = format!("{}{DOOR}", DOOR.len());
        // The node of each symbol.
        let mut nodes = Vec::with_capacity(program.symbols.len());
        for symbol in &program.symbols {
            nodes.push(match symbol {
                SymbolInfo::Func { index, name, .. } => {
                    let node = *index as usize;
                    ensure!(node < functions, "a symbol is of no function");
                    if let Some(name) = name {
                        (*name).clone_into(&mut graph.names[node]);
                        if name.contains(&door) && node >= program.imported && !graph.doors.contains(&node) {
                            graph.doors.push(node);
                        }
                    }
                    Some(node)
                }
                SymbolInfo::Data {
                    name,
                    symbol: Some(place),
                    ..
                } => {
                    let node = graph.leads.len();
                    graph.leads.push(Vec::new());
                    graph.names.push((*name).to_owned());
                    graph.pieces.push(Piece {
                        node,
                        segment: place.index,
                        start: place.offset,
                        end: place.offset.saturating_add(place.size),
                    });
                    Some(node)
                }
                _ => None,
            });
        }
        graph.pieces.sort_by_key(|piece| (piece.segment, piece.start));
        let index = Index::of(&graph.pieces);
        for (number, called) in program.calls.iter().enumerate() {
            let leads = &mut graph.leads[program.imported + number];
            leads.extend(called.iter().map(|function| *function as usize));
        }
        for relocation in &program.code_relocations {
            let from = program.function_at(relocation.offset as usize)?;
            let to = targets(relocation, program, &nodes, &graph.pieces, &index)?;
            graph.leads[from].extend(to);
        }
        for relocation in &program.data_relocations {
            let to = targets(relocation, program, &nodes, &graph.pieces, &index)?;
            let (segment, offset) = program.data_at(relocation.offset as usize)?;
            let mut anywhere = false;
            for piece in index.around(&graph.pieces, segment, offset) {
                graph.leads[piece.node].extend(&to);
                anywhere = true;
            }
            if !anywhere {
                // In no piece: whoever may read it, the first part may.
                graph.roots.extend(to);
            }
        }
        Ok(Some(graph))
    }

    /// What `roots` lead to without passing `shut`: of each node, whether it is reached (outer), and from which (inner).
    fn from(&self, roots: &[usize], shut: &[usize]) -> Vec<Option<Option<usize>>> {
        let mut reached = vec![None; self.leads.len()];
        let mut next = VecDeque::new();
        for root in roots {
            if !shut.contains(root) && reached[*root].is_none() {
                reached[*root] = Some(None);
                next.push_back(*root);
            }
        }
        while let Some(node) = next.pop_front() {
            for to in &self.leads[node] {
                if reached[*to].is_none() && !shut.contains(to) {
                    reached[*to] = Some(Some(node));
                    next.push_back(*to);
                }
            }
        }
        reached
    }

    /// Where the data lies that is reached later and not at first. A byte that anything of the first part may read stays
    /// there.
    fn later_data<T>(&self, program: &Program<'_>, first: &[Option<T>], later: &[Option<T>]) -> Vec<Range<u32>> {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (number, segment) in program.segments.iter().enumerate() {
            let of_segment = || self.pieces.iter().filter(|piece| piece.segment as usize == number);
            let length = segment.file.len();
            let mut kept = vec![false; length];
            let mut moved = vec![false; length];
            for piece in of_segment() {
                let bytes = (piece.start as usize).min(length)..(piece.end as usize).min(length);
                if first[piece.node].is_some() || later[piece.node].is_none() {
                    kept[bytes].fill(true);
                } else {
                    moved[bytes].fill(true);
                }
            }
            let mut at = 0;
            while at < length {
                if !moved[at] || kept[at] {
                    at += 1;
                    continue;
                }
                let start = at;
                while at < length && moved[at] && !kept[at] {
                    at += 1;
                }
                let address = |at: usize| segment.address + at as u32;
                match ranges.last_mut() {
                    // What lies between is nobody's: it only aligns the next.
                    Some(last)
                        if last.end >= segment.address
                            && address(start) - last.end < PADDING
                            && (last.end - segment.address..start as u32).all(|gap| !kept[gap as usize]) =>
                    {
                        last.end = address(at);
                    }
                    _ => ranges.push(address(start)..address(at)),
                }
            }
        }
        ranges
    }
}

/// Finds the pieces around a place quickly though pieces overlap.
struct Index {
    /// The furthest end of this piece and all before it in its segment.
    furthest: Vec<u32>,
}

impl Index {
    fn of(pieces: &[Piece]) -> Index {
        let mut furthest = Vec::with_capacity(pieces.len());
        let mut before = (u32::MAX, 0);
        for piece in pieces {
            let end = if before.0 == piece.segment {
                before.1.max(piece.end)
            } else {
                piece.end
            };
            before = (piece.segment, end);
            furthest.push(end);
        }
        Index { furthest }
    }

    fn around<'a>(&self, pieces: &'a [Piece], segment: u32, offset: u32) -> Vec<&'a Piece> {
        let mut at = pieces.partition_point(|piece| (piece.segment, piece.start) <= (segment, offset));
        let mut found = Vec::new();
        while at > 0 && pieces[at - 1].segment == segment && self.furthest[at - 1] > offset {
            at -= 1;
            if pieces[at].end > offset {
                found.push(&pieces[at]);
            }
        }
        found
    }
}

/// The nodes that a relocation refers to.
fn targets(
    relocation: &RelocationEntry,
    program: &Program<'_>,
    nodes: &[Option<usize>],
    pieces: &[Piece],
    index: &Index,
) -> Result<Vec<usize>> {
    let symbol = program.symbols.get(relocation.index as usize);
    match relocation.ty {
        // By its number or its place in the table.
        Kind::FunctionIndexLeb | Kind::FunctionIndexI32 | Kind::TableIndexSleb | Kind::TableIndexI32 => {
            let node = nodes.get(relocation.index as usize).copied().flatten();
            Ok(vec![node.context("a relocation refers to no function")?])
        }
        Kind::MemoryAddrLeb | Kind::MemoryAddrSleb | Kind::MemoryAddrI32 => match symbol {
            Some(SymbolInfo::Data {
                symbol: Some(place), ..
            }) => {
                let mut to: Vec<usize> = nodes[relocation.index as usize].into_iter().collect();
                if relocation.addend < 0 || relocation.addend >= i64::from(place.size.max(1)) {
                    // Beside the piece: as if it were in whatever is there.
                    let offset = u32::try_from(i64::from(place.offset) + relocation.addend);
                    let offset = offset.context("a relocation refers to before the data")?;
                    to.extend(index.around(pieces, place.index, offset).iter().map(|piece| piece.node));
                }
                Ok(to)
            }
            // Where the memory ends, and such: no data.
            Some(SymbolInfo::Data { symbol: None, .. }) => Ok(Vec::new()),
            _ => bail!("a relocation refers to no data"),
        },
        Kind::TypeIndexLeb | Kind::GlobalIndexLeb | Kind::TableNumberLeb | Kind::EventIndexLeb => Ok(Vec::new()),
        other => bail!("there is a relocation of the kind {other:?}"),
    }
}
