namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>What a metric wants of a dataset's labels.</summary>
internal enum LabelKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The number of the right class, one whole number a sample.</summary>
    Class,

    /// <summary>Numbers of classes, one or more whole numbers a sample; negative ones are padding.</summary>
    Tokens,

    /// <summary>The numbers that the model should give, as many as the output has.</summary>
    Numbers,
}
