using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>The models as they are, for builds with <c>ModelOptimizerEnabled=false</c>. Starts no ONNX Runtime.</summary>
internal sealed class OriginalModels(BuildRequest request, Func<string, CompressionPlan> readManifest)
{
    public Production Produce(IBuildLog log, CancellationToken cancellation)
    {
        List<ProducedModel> models = [];
        List<string> inputs = [];
        RecordingLog said = new(log);
        foreach (var manifest in request.Manifests)
        {
            cancellation.ThrowIfCancellationRequested();
            inputs.Add(manifest);
            try
            {
                foreach (var model in readManifest(manifest).Models)
                {
                    inputs.Add(model.Source);
                    models.Add(Produced(model, said));
                }
            }
            catch (DiagnosticException exception)
            {
                said.Diagnostic(exception.Diagnostic);
            }
        }

        return new Production(models, said.Diagnostics, [.. inputs.Distinct()], ExitCode.Of(said.Diagnostics));
    }

    private static ProducedModel Produced(ModelPlan model, RecordingLog log)
    {
        if (!File.Exists(model.Source))
        {
            throw new DiagnosticException(BuildCodes.SourceMissing, $"The model '{model.Source}' does not exist. Put the file there, or correct `source:`.", model.SourcePosition);
        }

        log.Diagnostic(new Diagnostic(
            BuildCodes.Disabled,
            DiagnosticSeverity.Note,
            $"{model.Name}: ModelOptimizerEnabled is false, so the original is used as it is and no gate is checked.",
            model.Position));
        return new ProducedModel(model.Name, model.Source, Path.GetFileName(model.Source), model.Embed);
    }
}
