namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>
/// Models that would write one file, or over what they are made from. Checked for every manifest as it is read, and in a build over all of them.
/// </summary>
internal static class Collisions
{
    /// <summary>What is wrong, at the later of two models; it names the place of both.</summary>
    public static IEnumerable<Diagnostic> Find(IReadOnlyList<CompressionPlan> plans)
    {
        var models = plans.SelectMany(plan => plan.Models).ToList();
        // Files, and classes on a case-insensitive disk, must differ in more than case. A model's folder in a build is called by its name.
        return Twice(models, model => OutputPath.Folder(model.Name), model => model.Position, "name", "Give each its own.")
            .Concat(Twice(models, model => OutputPath.Of(null, model), model => model.Position, "output", "Give each an 'output' of its own."))
            .Concat(Shipped(model => model.Resource, "resource", StringComparer.Ordinal))
            .Concat(Shipped(model => model.Copy, "copy"))
            .Concat(Shipped(model => model.Accessor, "accessor"))
            .Concat(Overwritten(models, plans));

        IEnumerable<Diagnostic> Shipped(Func<EmbedPlan, string?> key, string what, StringComparer? comparer = null) =>
            Twice(
                models.Where(model => model.Embed is not null),
                model => key(model.Embed!),
                model => model.Embed!.Position,
                what,
                "Give each its own.",
                comparer
            );
    }

    private static IEnumerable<Diagnostic> Twice(
        IEnumerable<ModelPlan> models,
        Func<ModelPlan, string?> key,
        Func<ModelPlan, SourcePosition> place,
        string what,
        string remedy,
        StringComparer? comparer = null
    ) =>
        from same in models.Where(model => key(model) is not null).GroupBy(model => key(model)!, comparer ?? StringComparer.OrdinalIgnoreCase)
        from later in same.Skip(1)
        let first = same.First()
        let folder = Path.GetDirectoryName(Path.GetFullPath(place(later).File))!
        let but = key(later) == key(first) ? "" : " (but for upper and lower case)"
        select new Diagnostic(
            ManifestCodes.Collision,
            DiagnosticSeverity.Error,
            $"The models {Named(first, place, folder)} and {Named(later, place, folder)} have the same {what}{but}: '{key(later)}'. {remedy}",
            place(later));

    private static IEnumerable<Diagnostic> Overwritten(IEnumerable<ModelPlan> models, IEnumerable<CompressionPlan> plans) =>
        from model in models
        from plan in plans
        let overwritten = plan.Reads.FirstOrDefault(path => string.Equals(path, OutputPath.Of(null, model), StringComparison.OrdinalIgnoreCase))
        where overwritten is not null
        select new Diagnostic(
            ManifestCodes.Collision,
            DiagnosticSeverity.Error,
            $"The output of model '{model.Name}' would overwrite {overwritten}, which {Path.GetFileName(plan.ManifestPath)} reads. Give it another 'output'.",
            model.Position);

    private static string Named(ModelPlan model, Func<ModelPlan, SourcePosition> place, string folder) =>
        $"'{model.Name}' ({Path.GetRelativePath(folder, place(model).File).Replace('\\', '/')}:{place(model).Line})";
}
