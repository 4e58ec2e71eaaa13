namespace ModelOptimizer.Pipeline.Build;

/// <summary>The models as they are, for builds with <c>ModelOptimizerEnabled=false</c>. Starts no ONNX Runtime.</summary>
internal sealed class OriginalModels(BuildRequest request, Func<string, CompressionPlan> readManifest)
{
    /// <summary>Reads all manifests.</summary>
    /// <param name="log">Told everything as it happens.</param>
    /// <param name="staging">Where a model with external data is made self-contained.</param>
    /// <param name="cancellation">Ends it.</param>
    public Production Produce(IBuildLog log, string staging, CancellationToken cancellation)
    {
        List<ProducedModel> models = [];
        List<string> inputs = [];
        var exitCode = ExitCode.Passed;
        foreach (var manifest in request.Manifests)
        {
            inputs.Add(manifest);
            try
            {
                foreach (var plan in readManifest(manifest).Models)
                {
                    cancellation.ThrowIfCancellationRequested();
                    models.Add(Produced(plan, staging, inputs));
                    log.Diagnostic(Note(plan));
                }
            }
            catch (DiagnosticException exception)
            {
                log.Diagnostic(exception.Diagnostic);
                exitCode = Math.Max(exitCode, ExitCode.Of([exception.Diagnostic]));
            }
        }

        return new Production(models, [.. inputs.Distinct()], exitCode);
    }

    private static ProducedModel Produced(ModelPlan plan, string staging, List<string> inputs)
    {
        var model = OnnxModel.Load(plan.Source);
        var name = Path.GetFileName(plan.Source);
        inputs.AddRange(model.Files);
        if (model.Files.Count == 1)
        {
            return new ProducedModel(plan.Name, plan.Source, name, plan.Embed);
        }

        // A resource has no folder beside it to find external data in.
        var whole = Path.Combine(staging, OutputPath.Folder(plan.Name), name);
        Disk.Folder(Path.GetDirectoryName(whole)!);
        Disk.Create(whole, model.ToBytes());
        return new ProducedModel(plan.Name, whole, name, plan.Embed);
    }

    private static Diagnostic Note(ModelPlan model) => new(
        BuildCodes.Disabled,
        DiagnosticSeverity.Note,
        $"{model.Name}: ModelOptimizerEnabled is false, so the original is used as it is and no gate is checked.",
        model.Position);
}
