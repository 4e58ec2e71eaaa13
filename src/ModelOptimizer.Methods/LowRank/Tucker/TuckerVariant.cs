namespace ModelOptimizer.Methods.LowRank;

/// <summary>The order of the block updates.</summary>
internal enum TuckerVariant
{
    /// <summary>U_S, then U_T and G together: fewer sweeps to the same error.</summary>
    Joint,

    /// <summary>U_S, U_T, G one after the other, as published.</summary>
    Published,
}
