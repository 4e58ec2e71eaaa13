namespace ModelOptimizer.Methods.Convex;

/// <summary>Where the gates come from.</summary>
internal enum GateKind
{
    /// <summary>Independent normal numbers.</summary>
    Gaussian,

    /// <summary>The first layer of the block.</summary>
    Teacher,
}
