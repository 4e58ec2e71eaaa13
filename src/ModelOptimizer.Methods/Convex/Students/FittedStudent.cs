namespace ModelOptimizer.Methods.Convex;

/// <summary>A student that was fitted.</summary>
/// <param name="RelativeError">‖S − Y‖/‖Y‖ over all that it was fitted to.</param>
/// <param name="Write">Writes its nodes, given the name of z; the last one makes y.</param>
internal sealed record FittedStudent(double RelativeError, Action<GraphWriter, string> Write)
{
    /// <summary>What it costs.</summary>
    public required StudentCost Cost { get; init; }

    /// <summary>What else the report says.</summary>
    public required string Note { get; init; }

    /// <summary>What there is to plot.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>What was proved.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];
}
