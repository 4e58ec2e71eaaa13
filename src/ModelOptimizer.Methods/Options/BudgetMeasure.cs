namespace ModelOptimizer.Methods.Options;

/// <summary>What a budget counts.</summary>
internal enum BudgetMeasure
{
    /// <summary>Bytes of the model file and its external data.</summary>
    Size,

    /// <summary>Number of weights.</summary>
    Params,

    /// <summary>Multiply-adds of one sample.</summary>
    Macs,
}
