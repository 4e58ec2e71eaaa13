namespace ModelOptimizer.Fuzz;

/// <summary>How a file is written, and so what a mutation may know of it.</summary>
internal enum Form
{
    Bytes,
    Text,
    Json,
    Model,
}

/// <summary>An input as the product or its users write it, to be mutated.</summary>
/// <param name="File">Where it lies in the project.</param>
/// <param name="Content">What is mutated.</param>
/// <param name="Form">How it is written.</param>
internal sealed record Specimen(string File, byte[] Content, Form Form)
{
    /// <summary>Makes the file of the mutated content: packs it, or seals it again.</summary>
    public Func<byte[], byte[]> Pack { get; init; } = static content => content;

    /// <summary>What else a subject wants to know of it.</summary>
    public string Variant { get; init; } = "";
}

/// <summary>A kind of input, and what the product's commands do with one.</summary>
internal abstract class Subject
{
    /// <summary>One word.</summary>
    public abstract string Name { get; }

    /// <summary>What is mutated.</summary>
    public abstract IReadOnlyList<Specimen> Specimens { get; }

    /// <summary>The rest of the project, by path.</summary>
    public IDictionary<string, byte[]> Files { get; } = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);

    /// <summary>How many of <c>all</c> inputs are this subject's, beside the others.</summary>
    public virtual int Share => 4;

    /// <summary>Whether the product may write there; a path in the project.</summary>
    public virtual bool MayWrite(string file) => false;

    /// <summary>Whether the input may name files elsewhere, as a user's own manifest does.</summary>
    public virtual bool MayNameOthers => false;

    /// <summary>Whether inputs reach ONNX Runtime, which some of them may crash.</summary>
    public virtual bool MayEndTheProcess => false;

    /// <summary>Whether an input may say that something takes long; it still ends when it is cancelled.</summary>
    public virtual bool MayTakeLong => false;

    /// <summary>Uses the mutated input, which lies at its place.</summary>
    /// <returns>What users are told; errors may also be thrown.</returns>
    public abstract IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation);
}
