namespace ModelOptimizer.Onnx;

/// <summary>An ONNX file in memory. Whatever is not changed survives a save, unknown fields included.</summary>
internal sealed class OnnxModel
{
    /// <summary>A model over <paramref name="proto"/>, which is shared, not copied.</summary>
    public OnnxModel(ModelProto proto, string? path = null)
    {
        Proto = proto;
        Path = path;
    }

    /// <summary>The whole message. External tensors were read into it on load: every tensor's data is here.</summary>
    public ModelProto Proto { get; }

    /// <summary>The file it was loaded from.</summary>
    public string? Path { get; }

    /// <summary>The main graph.</summary>
    public GraphProto Graph => Proto.Graph;

    /// <summary>The version of ONNX's own operators that it uses.</summary>
    public long Opset => Proto.OpsetImport.Where(import => import.Domain is "" or "ai.onnx").Select(import => import.Version).DefaultIfEmpty(1).Max();

    /// <summary>
    /// The files <see cref="Load"/> read: the model's, then those of its external data, as full paths. Empty for a model that was not loaded.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// Bytes of <see cref="Files"/> together, as they were on disk; null for a model that was not loaded, and for a <see cref="Clone"/>, which
    /// is made to be changed.
    /// </summary>
    public long? FileSizeInBytes { get; init; }

    /// <summary>What one sample is like where the file leaves that open. Copies have it too.</summary>
    public SampleForm Samples { get; init; } = SampleForm.Unknown;

    /// <summary>Bytes of the model as it is now when it is saved: the model file, plus external data where that is needed.</summary>
    public long SizeInBytes => ModelSize.Of(Proto);

    /// <summary>Reads a model and its external data.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The file, or a file of its external data, is missing, damaged, or not to be trusted
    /// (<see cref="ModelCodes"/>).</exception>
    public static OnnxModel Load(string path) => ModelReader.Load(path, weights: true);

    /// <summary>
    /// The same to look at: large initialisers in other files stay there (<c>data_location</c> is external), their places and lengths checked. Such a model can
    /// neither run nor be saved.
    /// </summary>
    /// <exception cref="Diagnostics.DiagnosticException">As for <see cref="Load"/>.</exception>
    public static OnnxModel LoadWithoutWeights(string path) => ModelReader.Load(path, weights: false);

    /// <summary>Reads a self-contained model from memory.</summary>
    /// <param name="bytes">The content of an ONNX file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="Diagnostics.DiagnosticException">Not an ONNX model, or one whose data is in other files.</exception>
    public static OnnxModel Parse(byte[] bytes, string? name = null) => ModelReader.Parse(bytes, name);

    /// <summary>
    /// Writes the model: to a temporary file beside <paramref name="path"/>, flushed to disk, then renamed. What stood there before is either untouched or
    /// replaced whole.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="externalData">
    /// True puts large tensors into <c>&lt;path&gt;.data</c>. A model beyond the format's 2 GB does so by itself.
    /// </param>
    /// <exception cref="Diagnostics.DiagnosticException">The file could not be written (<see cref="ModelCodes.Unwritable"/>).</exception>
    public void Save(string path, bool externalData = false) => ModelWriter.Save(Proto, path, externalData);

    /// <summary>The model as one self-contained file.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">It is larger than 2 GB (<see cref="ModelCodes.TooLarge"/>).</exception>
    public byte[] ToBytes() => ModelWriter.ToBytes(Proto, Path);

    /// <summary>What was made of the files before anything else: the same files, and a budget's percentages are of what they have.</summary>
    public OnnxModel With(ModelProto proto) => new(proto, Path) { Files = Files, FileSizeInBytes = FileSizeInBytes, Samples = Samples };

    /// <summary>The same model, and what a sample of it is like.</summary>
    public OnnxModel With(SampleForm samples) => new(Proto, Path) { Files = Files, FileSizeInBytes = FileSizeInBytes, Samples = samples };

    /// <summary>A deep copy.</summary>
    public OnnxModel Clone() => new(Proto.Clone(), Path) { Files = Files, Samples = Samples };
}
