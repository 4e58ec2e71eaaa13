namespace ModelOptimizer.Methods.Options;

/// <summary>What an option's value looks like in the manifest, and which type it has in <see cref="MethodArguments"/>.</summary>
public enum OptionKind
{
    /// <summary>One of some words; <see cref="string"/>.</summary>
    Choice,

    /// <summary>A number, or a percentage meaning that fraction; <see cref="double"/>.</summary>
    Number,

    /// <summary>A whole number; <see cref="int"/>.</summary>
    Integer,

    /// <summary>A list of layer rules; <see cref="LayerRules"/>.</summary>
    Layers,

    /// <summary>Ranks by hand; <see cref="Ranks.RankMap"/>.</summary>
    Ranks,

    /// <summary>A budget; <see cref="Ranks.Budget"/>.</summary>
    Budget,
}
