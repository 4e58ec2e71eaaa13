namespace ModelOptimizer.Methods.Convex;

/// <summary>The end of R-FISTA.</summary>
/// <param name="Weights">U, one group a row; rows that the penalty closed are exactly zero.</param>
/// <param name="Step">The last step, where a problem like this one may begin.</param>
/// <param name="History">The start and every iteration.</param>
internal sealed record FistaResult(Matrix Weights, double Step, IReadOnlyList<FistaIteration> History)
{
    /// <summary>The iteration that <see cref="Weights"/> are from.</summary>
    public FistaIteration End => History[^1];

    /// <summary>The objective and the relative duality gap over the iterations.</summary>
    /// <param name="name">What the lines are called.</param>
    public IReadOnlyList<Series> Series(string name) =>
    [
        Line("objective", name, "objective", iteration => iteration.Objective),
        Line("duality gap", name, "gap as a share of the objective", iteration => iteration.RelativeGap),
    ];

    private Series Line(string plot, string name, string axis, Func<FistaIteration, double> value) =>
        new(plot, name, "iteration", axis, PlotPoints.Thin([.. History.Select(iteration => new SeriesPoint(iteration.Number, value(iteration)))]));
}
