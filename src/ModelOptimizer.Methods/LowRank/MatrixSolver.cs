using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>1×1 kernels and matrices: every factorization of theirs has the same best form, which is closed.</summary>
internal sealed class MatrixSolver(LayerNumbers numbers) : ILayerSolver
{
    private IReadOnlyList<OutputTruncation>? _truncations;

    private IReadOnlyList<OutputTruncation> Truncations => _truncations ??= [.. numbers.Problems.Select(problem => new OutputTruncation(problem))];

    public SolvedLayer Solve(RankPair ranks) => new(Reconstructed(ranks), Math.Sqrt(Error(ranks.Output)), numbers.Note);

    public LayerReplacement Reconstructed(RankPair ranks)
    {
        var groups = Truncations.Select(truncation => truncation.Factors(ranks.Output)).ToList();
        var tensors = new FactorTensors(null, [new CoreTensor(FactorTensors.Stack(groups.Select(factors => factors.Core)))], FactorTensors.Stack(groups.Select(factors => factors.Output)));
        return numbers.Replacement(tensors, group => numbers.Algebra.Multiply(groups[group].Output, groups[group].Core));
    }

    public IEnumerable<CurvePoint> Curve(int multiple)
    {
        var form = (MatrixForm)numbers.Layer.Form;
        return Enumerable.Range(1, form.Full).Select(form.At).Where(numbers.Layer.IsWorthwhile).Select(ranks => new CurvePoint(ranks, Error(ranks.Output)));
    }

    private double Error(int rank) => Truncations.Sum(truncation => truncation.Error(rank)) / numbers.Energy;
}
