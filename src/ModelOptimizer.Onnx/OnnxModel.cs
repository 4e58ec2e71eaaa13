using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Onnx;

/// <summary>An ONNX file in memory. Whatever is not changed survives a save, unknown fields included.</summary>
public sealed class OnnxModel
{
    /// <summary>A model over <paramref name="proto"/>, which is shared, not copied.</summary>
    public OnnxModel(ModelProto proto, string? path = null)
    {
        Proto = proto;
        Path = path;
    }

    /// <summary>The whole message.</summary>
    public ModelProto Proto { get; }

    /// <summary>The file it was loaded from.</summary>
    public string? Path { get; }

    /// <summary>The main graph.</summary>
    public GraphProto Graph => Proto.Graph;

    /// <summary>A deep copy.</summary>
    public OnnxModel Clone() => new(Proto.Clone(), Path);
}
