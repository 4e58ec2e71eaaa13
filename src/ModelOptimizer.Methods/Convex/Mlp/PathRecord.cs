using ModelOptimizer.Methods.Convex.Mlp.Proximal;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>What is remembered of a regularisation path: numbers of every point, weights of the last one.</summary>
/// <param name="largest">λ_max.</param>
/// <param name="samples">n.</param>
/// <param name="squares">‖Y‖².</param>
internal sealed class PathRecord(double largest, int samples, double squares)
{
    private readonly List<SeriesPoint> _neurons = [];
    private readonly List<SeriesPoint> _errors = [];

    /// <summary>The last point's minimum.</summary>
    public FistaResult? Last { get; private set; }

    /// <summary>Iterations of all points.</summary>
    public int Iterations { get; private set; }

    /// <summary>Notes the next point, of a smaller λ than those before.</summary>
    public void Add(PathPoint point)
    {
        var share = point.Lambda / largest;
        _neurons.Insert(0, new SeriesPoint(share, point.Result.Weights.NonZeroRows().Count));
        _errors.Insert(0, new SeriesPoint(share, Math.Sqrt(2 * samples * point.Loss / squares)));
        Last = point.Result;
        Iterations += point.Result.End.Number;
    }

    /// <summary>Neurons and errors over λ.</summary>
    /// <param name="name">What the lines are called.</param>
    public IReadOnlyList<Series> Series(string name) =>
    [
        new("neurons over λ", name, "λ as a share of the largest", "neurons", _neurons),
        new("error over λ", name, "λ as a share of the largest", "relative error", _errors),
    ];
}
