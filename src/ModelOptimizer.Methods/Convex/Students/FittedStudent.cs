
namespace ModelOptimizer.Methods.Convex;

/// <summary>A student that was fitted.</summary>
/// <param name="RelativeError">‖S − Y‖/‖Y‖ over all that it was fitted to.</param>
/// <param name="Emit">Makes its nodes, in order, from <see cref="StudentNames.Input"/> to <see cref="StudentNames.Output"/>.</param>
internal sealed record FittedStudent(double RelativeError, Func<StudentNames, IReadOnlyList<NodeProto>> Emit)
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
