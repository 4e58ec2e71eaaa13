namespace ModelOptimizer.Methods.NnBcd.Sweeps;

/// <summary>The kinds of blocks that a sweep updates one after the other.</summary>
internal enum SweepBlock
{
    /// <summary>V.</summary>
    After,

    /// <summary>U.</summary>
    Before,

    /// <summary>W.</summary>
    Weight,

    /// <summary>b.</summary>
    Bias,

    /// <summary>Ŵ.</summary>
    Copy,
}
