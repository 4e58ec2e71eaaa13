namespace ModelOptimizer.Methods.Options;

/// <summary>What an option's value looks like in the manifest, and which type it has in <see cref="MethodArguments"/>.</summary>
internal enum OptionKind
{
    /// <summary>One of some words; <see cref="string"/>.</summary>
    Choice,

    /// <summary>A number, or a percentage meaning that fraction; <see cref="double"/>.</summary>
    Number,

    /// <summary>A whole number; <see cref="int"/>.</summary>
    Integer,

    /// <summary>A list of layer rules; <see cref="LayerRules"/>.</summary>
    Layers,

    /// <summary>Ranks by hand; <see cref="LayerMap{T}"/> of <see cref="RankSpec"/>.</summary>
    Ranks,

    /// <summary>The mode sizes of a tensor, in order; <see cref="LayerMap{T}"/> of lists of <see cref="int"/>.</summary>
    Modes,

    /// <summary>A share of each layer, 0 to 1; <see cref="LayerMap{T}"/> of <see cref="double"/>.</summary>
    Shares,

    /// <summary>One of some words for each layer; <see cref="LayerMap{T}"/> of <see cref="string"/>.</summary>
    ChoiceByLayer,

    /// <summary>Names of layers of the original model by layer; <see cref="LayerMap{T}"/> of <see cref="string"/>.</summary>
    Names,

    /// <summary>A block of the model; <see cref="BlockReference"/>.</summary>
    Block,

    /// <summary>What a certificate must hold; <see cref="CertificateBound"/>.</summary>
    Certificate,

    /// <summary>The path of an ONNX file; <see cref="ModelFile"/>.</summary>
    Model,

    /// <summary>A budget; <see cref="Methods.Options.Budget"/>.</summary>
    Budget,
}
