namespace ModelOptimizer.Methods.Convex;

/// <summary>How a student's weights are found.</summary>
internal enum SolverKind
{
    /// <summary>Alternating least squares.</summary>
    Als,

    /// <summary>Adam, as published.</summary>
    Gradient,
}
