namespace ModelOptimizer.Pipeline.Plan;

/// <summary>How a build ships the compressed model: in the assembly, or as a file beside it.</summary>
/// <param name="Resource">LogicalName of the embedded resource; null when the model is copied.</param>
/// <param name="Accessor">Name of the generated class, with a namespace when it has dots; null for none.</param>
/// <param name="Position">Where it is written.</param>
internal sealed record EmbedPlan(string? Resource, string? Accessor, SourcePosition Position)
{
    /// <summary>Path in the project's output folder that the model is copied to, with <c>/</c> between its parts; null when it is embedded.</summary>
    public string? Copy { get; init; }

    /// <summary>How the resource is packed; the accessor unpacks it.</summary>
    public EmbedCompression Compression { get; init; }
}

/// <summary>How a model lies in its resource.</summary>
internal enum EmbedCompression
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>
    /// By Brotli where every target framework of the project can unpack it, else by Deflate, and not at all where that saves next to nothing.
    /// </summary>
    Auto,

    Brotli,

    Deflate,
}
