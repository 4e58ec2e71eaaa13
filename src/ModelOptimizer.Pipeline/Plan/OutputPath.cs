namespace ModelOptimizer.Pipeline.Plan;

/// <summary>Where a compressed model goes.</summary>
internal static class OutputPath
{
    // The same on every system, so that a build's layout is too.
    private static readonly char[] NotInFileNames = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

    /// <summary>
    /// In a build, which names a folder, <c>FOLDER/MODEL/</c> and the source's file name; else the manifest's <c>output:</c>; else
    /// <c>SOURCE.compressed.onnx</c> beside the source.
    /// </summary>
    public static string Of(string? folder, ModelPlan model) => folder is not null
        ? Path.Combine(folder, Folder(model.Name), Path.GetFileName(model.Source))
        : model.Output ?? Path.ChangeExtension(model.Source, ".compressed.onnx");

    /// <summary>A folder's name for a model of any name.</summary>
    public static string Folder(string model)
    {
        var safe = string.Concat(model.Select(c => char.IsControl(c) || NotInFileNames.Contains(c) ? '_' : c)).TrimEnd('.', ' ');
        return safe.Length == 0 || safe[0] == '.' ? '_' + safe : safe;
    }
}
