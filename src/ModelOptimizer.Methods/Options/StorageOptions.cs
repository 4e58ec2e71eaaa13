namespace ModelOptimizer.Methods.Options;

/// <summary>How a file holds the factors of a layer.</summary>
internal enum FactorStorage
{
    /// <summary>As smaller layers that run one after the other.</summary>
    Chain,

    /// <summary>As constants whose product is made when the model is loaded; the layer runs as it did.</summary>
    Stored,

    /// <summary>Layer by layer what is faster on this machine.</summary>
    Auto,
}

/// <summary><c>storage</c>, which all methods that make factors have.</summary>
internal static class StorageOptions
{
    /// <summary><c>storage</c>.</summary>
    public static Option<FactorStorage> Storage { get; } = new(
        "storage",
        Forms.OneOf<FactorStorage>(),
        "What becomes of a layer: chain, smaller layers in its place, with fewer multiply-adds; stored, its factors in the file, multiplied out when the model "
        + "is loaded, so that it runs as the original did; auto, a chain where that measures faster than the original layer on this machine, and stored "
        + "elsewhere.",
        "chain")
    {
        OnlyIf =
        [
            new Condition(
                arguments => Of(arguments) == FactorStorage.Chain
                    || arguments.Get(SearchOptions.Budget) is not { Measure: BudgetMeasure.Macs or BudgetMeasure.Latency },
                "leaves layers the multiply-adds and the time of the original, which the step's budget limits. Write 'storage: chain', or a budget of 'size' "
                    + "or 'params'.")
            {
                Code = KeyCodes.Conflict,
            },
        ],
    };

    /// <summary>What a step says; <see cref="FactorStorage.Chain"/> for a method that makes no factors.</summary>
    public static FactorStorage Of(MethodArguments arguments) => arguments.Get(Storage);
}
