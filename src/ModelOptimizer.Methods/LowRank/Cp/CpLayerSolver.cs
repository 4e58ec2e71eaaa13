using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// CP of all groups of one layer. A rank starts from the largest smaller one of the curve's grid and from other starts, whoever chose it, so that a lock file
/// leads to the same bytes as the search before it.
/// </summary>
internal sealed class CpLayerSolver : ILayerSolver
{
    private readonly LayerNumbers _numbers;
    private readonly CpForm _form;
    private readonly string _name;
    private readonly int _starts;
    private readonly CpSettings _settings;
    private readonly IReadOnlyList<CpStarts> _groups;
    private readonly Dictionary<int, IReadOnlyList<CpFactors>> _traced = [];

    public CpLayerSolver(LayerNumbers numbers, string name, int starts)
    {
        (_numbers, _form, _name, _starts) = (numbers, (CpForm)numbers.Layer.Form, name, starts);
        _settings = Prepared(CpEffort.Curve(_form).Settings);
        _groups = [.. numbers.Problems.Select((problem, group) => new CpStarts(problem, _form.Grid, numbers.Seed + group))];
    }

    public SolvedLayer Solve(RankPair ranks, LayerNumbers? now = null)
    {
        var (numbers, settings) = (now ?? _numbers, Prepared(CpEffort.Final(_form, ranks.Output)));
        var solutions = Trace(ranks.Output).Select((start, group) => new CpSolver(numbers.Problems[group], settings).Solve(start)).ToList();
        return numbers.Solved(solutions, groups => Replacement(numbers, groups));
    }

    public LayerReplacement Reconstructed(RankPair ranks) => Replacement(_numbers, Trace(ranks.Output));

    public IEnumerable<CurvePoint> Curve(int multiple) => CpEffort.Grid(_form)
        .Select(rank => FactorShape.Liked(rank, _form.Full, multiple))
        .Distinct()
        .Select(CpForm.At)
        .Where(_numbers.Layer.IsWorthwhile)
        .Select(ranks => new CurvePoint(ranks, Error(Trace(ranks.Output))));

    // Ranks are traced one after the other: what is stored saves a replay, or another goal, all those before.
    private IReadOnlyList<CpFactors> Trace(int rank)
    {
        if (!_traced.TryGetValue(rank, out var groups))
        {
            var numbers = _numbers.Stored(FormattableString.Invariant($"{_name} rank {rank}"), () =>
                [.. Traced(rank).SelectMany(factors => factors.Parts).SelectMany(part => part.Values)]
            );
            _traced[rank] = groups = [.. numbers.Chunk(numbers.Length / _groups.Count).Select(values => Read(values, rank))];
        }

        return groups;
    }

    private IEnumerable<CpFactors> Traced(int rank)
    {
        var smaller = CpEffort.Grid(_form).LastOrDefault(other => other < rank);
        var before = smaller > 0 ? Trace(smaller) : null;
        return _groups.Select((starts, group) => new CpSolver(_numbers.Problems[group], _settings).Best(Starts(starts, rank, before?[group])).Factors);
    }

    private CpFactors Read(double[] values, int rank)
    {
        var next = 0;
        Matrix Part(int rows)
        {
            var part = new Matrix(rows, rank, values[next..(next + (rows * rank))]);
            next += rows * rank;
            return part;
        }

        return new CpFactors(Part(_form.Shape.Outputs), Part(_form.Shape.Inputs), [.. _form.Grid.Extents.Select(Part)]);
    }

    private IEnumerable<CpFactors> Starts(CpStarts starts, int rank, CpFactors? before)
    {
        List<CpFactors> informed = before is null ? [starts.Leading(rank)] : [starts.Grown(before, rank), starts.Leading(rank)];
        return informed.Concat(Enumerable.Range(1, _starts).Select(draw => starts.Random(rank, draw))).Take(_starts);
    }

    private double Error(IReadOnlyList<CpFactors> groups) =>
        _numbers.Problems.Zip(groups, (problem, factors) => problem.Error(factors.Reconstruct(_numbers.Algebra))).Sum() / _numbers.Energy;

    private LayerReplacement Replacement(LayerNumbers numbers, IReadOnlyList<CpFactors> groups)
    {
        // A replacement is kept, the moments it was fitted under are not.
        var algebra = numbers.Algebra;
        return numbers.Replacement(_form.Tensors(groups), group => groups[group].Reconstruct(algebra));
    }

    private CpSettings Prepared(CpSettings settings) => settings with { Jitter = _numbers.Jitter, Cancellation = _numbers.Cancellation };
}

/// <summary>Where the sweeps start.</summary>
internal sealed class CpStarts(KernelProblem problem, TapGrid grid, int seed)
{
    private readonly CpComponents _kernel = new(problem, grid, problem.Weight);

    /// <summary>The kernel's own components; random ones where it has not as many.</summary>
    public CpFactors Leading(int rank) => Padded(_kernel, rank);

    /// <summary>Normal columns of norm 1. Nothing but the seed, the rank and <paramref name="draw"/> decides them.</summary>
    public CpFactors Random(int rank, int draw)
    {
        var random = new Random(unchecked((((seed * 397) + rank) * 397) + draw));
        Matrix Columns(int rows)
        {
            var columns = new Matrix(rows, rank);
            foreach (ref var value in columns.Values.AsSpan())
            {
                value = random.NextNormal();
            }

            var norms = Enumerable.Range(0, rank).Select(column => CpFactors.ColumnNorm(columns, column)).ToArray();
            for (var row = 0; row < rows; row++)
            {
                TensorPrimitives.Divide(columns.Row(row), norms, columns.Row(row));
            }

            return columns;
        }

        return new CpFactors(Columns(problem.Outputs), Columns(problem.Inputs), [.. grid.Extents.Select(Columns)]);
    }

    /// <summary>A solution of smaller rank, and the components of what it leaves.</summary>
    public CpFactors Grown(CpFactors smaller, int rank)
    {
        var residual = smaller.Reconstruct(problem.Algebra);
        TensorPrimitives.Subtract(problem.Weight.Values, residual.Values, residual.Values);
        return smaller.With(Padded(new CpComponents(problem, grid, residual), rank - smaller.Rank));
    }

    private CpFactors Padded(CpComponents components, int rank)
    {
        var count = Math.Min(rank, components.Count);
        var leading = components.Leading(count).Balanced();
        return count == rank ? leading : leading.With(Random(rank - count, draw: 0));
    }
}
