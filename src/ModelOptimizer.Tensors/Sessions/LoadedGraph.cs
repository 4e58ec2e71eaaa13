using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Sessions;

/// <summary>
/// What ONNX Runtime keeps of a graph that it has loaded. Nodes that depend on constants only are computed while loading, before any provider sees the graph;
/// this looks
/// whether they were, for an application would otherwise compute them in every run.
/// </summary>
internal static class LoadedGraph
{
    // What applications may ask for; at the default level all that the basic one does happens first.
    private static readonly GraphOptimizationLevel[] Levels = [GraphOptimizationLevel.ORT_ENABLE_BASIC, GraphOptimizationLevel.ORT_ENABLE_ALL];

    /// <summary>ONNX Runtime's version, such as <c>1.30.0</c>.</summary>
    public static string RuntimeVersion => OrtEnvironment.Version;

    /// <summary>The tensors that nodes of <paramref name="model"/>'s main graph make of constants only.</summary>
    public static HashSet<string> LoadTimeTensors(OnnxModel model)
    {
        var nodes = new LoadTimeNodes(model.Proto);
        return model.Graph.Node.Where(nodes.Contains).SelectMany(node => node.Output).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// Those of <paramref name="tensors"/> that a node still makes when <paramref name="model"/> has been loaded at level basic or at the default level.
    /// </summary>
    /// <exception cref="DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public static IReadOnlySet<string> StillComputed(OnnxModel model, HashSet<string> tensors) =>
        Levels.SelectMany(level => Read(Loadable(model, tensors), level).Node).SelectMany(node => node.Output).Where(tensors.Contains)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The operator that reads each of <paramref name="constants"/> when <paramref name="model"/> has been loaded at the default level.</summary>
    /// <exception cref="DiagnosticException">ONNX Runtime refuses the model (MOC2301).</exception>
    public static IReadOnlyDictionary<string, string> Readers(OnnxModel model, IReadOnlySet<string> constants) =>
        Read(model, GraphOptimizationLevel.ORT_ENABLE_ALL).Node
            .SelectMany(node => node.Input.Where(constants.Contains).Select(input => (input, node.OpType)))
            .DistinctBy(read => read.input)
            .ToDictionary(read => read.input, read => read.OpType, StringComparer.Ordinal);

    // Of a model with operators that the runtime does not know, what makes the tensors alone.
    private static OnnxModel Loadable(OnnxModel model, HashSet<string> tensors) =>
        CustomOperators.MissingDomain(model) is null ? model : TapModel.Build(model, tensors);

    /// <summary>The numbers that nodes of <paramref name="model"/> make of constants only.</summary>
    /// <param name="sessions">The session runs on the processor where the device has no float64.</param>
    /// <param name="model">The model.</param>
    /// <param name="tensors">Tensors that depend on no input.</param>
    public static IReadOnlyDictionary<string, HostTensor> Compute(DeviceSessions sessions, OnnxModel model, IReadOnlyCollection<string> tensors)
    {
        using var session = sessions.CreateExact(TapModel.Build(model, tensors));
        return session.Run(new Dictionary<string, HostTensor>());
    }

    /// <summary>The main graph as ONNX Runtime's processor provider would run it; large constants are left out.</summary>
    private static GraphProto Read(OnnxModel model, GraphOptimizationLevel level)
    {
        _ = OrtEnvironment.Instance;
        var folder = TemporaryFiles.NewFolder();
        try
        {
            var written = Path.Combine(folder.FullName, "loaded.onnx");
            using var options = new SessionOptions
            {
                GraphOptimizationLevel = level,
                OptimizedModelFilePath = written,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            options.DisablePerSessionThreads();
            // Weights go to a file of their own: the graph stays small, and a model may be larger than one message.
            options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", "loaded.data");
            options.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
            using var call = NativeCalls.Begin(NativeWork.Load, model.Path, model.SizeInBytes, onDevice: false);
            using (SessionFactory.Open(model, options))
            {
                return ModelProto.Parser.ParseFrom(Disk.ReadAllBytes(written)).Graph;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
