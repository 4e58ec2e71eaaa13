using ModelOptimizer.Onnx.Preparing;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>A model as steps get it: what its file has to say about itself is settled, and its function is what it was.</summary>
/// <param name="Model">The model.</param>
/// <param name="Constants">How many initialisers are no inputs of the graph any more.</param>
/// <param name="Stripped">Bytes of what was neither weight nor structure and is gone.</param>
internal sealed record PreparedModel(OnnxModel Model, int Constants, long Stripped)
{
    /// <summary>What <paramref name="plan"/> makes of <paramref name="given"/> before any step, which is not changed.</summary>
    public static PreparedModel Of(OnnxModel given, ModelPlan plan)
    {
        var (model, constants) = plan.Initializers == InitializerUse.Constants ? GivenConstants.Declare(given) : (given, 0);
        var plain = ReachedWeights.Of(model);
        var stripped = plan.Strip ? Ballast.Strip(plain) : plain;
        var bytes = plain.SizeInBytes - stripped.SizeInBytes;
        return new PreparedModel(bytes > 0 ? stripped : plain, constants, bytes);
    }

    /// <summary>What to tell about it at <paramref name="position"/>; null for nothing.</summary>
    public Diagnostic? Note(SourcePosition position) => Constants == 0 ? null : new(
        ModelCodes.GivenConstants,
        DiagnosticSeverity.Note,
        (Constants == 1
            ? "an initializer of the model is an input of its graph as well, for which a caller may give other numbers. It is taken as a constant"
            : $"{Constants} initializers of the model are inputs of its graph as well, for which a caller may give other numbers. They are taken as constants")
            + " and no input of the compressed model. If callers do give them, write 'initializers: inputs'.",
        position);
}
