namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Refuses models that would overwrite each other or what they are made from.</summary>
internal static class CollisionCheck
{
    public static void Check(IReadOnlyList<ModelPlan> models, IEnumerable<DatasetPlan> datasets, string manifest)
    {
        // Files, and classes on a case-insensitive disk, must differ in more than case.
        var names = new Dictionary<string, ModelPlan>(StringComparer.OrdinalIgnoreCase);
        var outputs = new Dictionary<string, ModelPlan>(StringComparer.OrdinalIgnoreCase);
        var resources = new Dictionary<string, ModelPlan>(StringComparer.Ordinal);
        var copies = new Dictionary<string, ModelPlan>(StringComparer.OrdinalIgnoreCase);
        var accessors = new Dictionary<string, ModelPlan>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in models)
        {
            Once(names, model.Name, model, model.Position, "name (but for upper and lower case)");
            Once(outputs, model.Output, model, model.Position, "output");
            Once(resources, model.Embed?.Resource, model, model.Embed?.Position, "resource");
            Once(copies, model.Embed?.Copy, model, model.Embed?.Position, "copy");
            Once(accessors, model.Embed?.Accessor, model, model.Embed?.Position, "accessor");
        }

        string[] read = [manifest, .. models.Select(model => model.Source), .. models.SelectMany(model => model.Steps).Select(step => step.Student).OfType<string>(), .. datasets.SelectMany(dataset => dataset.Files)];
        foreach (var model in models)
        {
            if (read.FirstOrDefault(path => string.Equals(path, model.Output, StringComparison.OrdinalIgnoreCase)) is { } overwritten)
            {
                throw new DiagnosticException(ManifestCodes.Collision, $"The output of model '{model.Name}' would overwrite {overwritten}, which the manifest reads. Choose another 'output', or leave it out.", model.Position);
            }
        }
    }

    private static void Once(Dictionary<string, ModelPlan> seen, string? value, ModelPlan model, SourcePosition? position, string what)
    {
        if (value is not null && !seen.TryAdd(value, model))
        {
            throw new DiagnosticException(ManifestCodes.Collision, $"The models '{seen[value].Name}' and '{model.Name}' have the same {what}: '{value}'. Give each its own.", position);
        }
    }
}
