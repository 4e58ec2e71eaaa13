namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Arrays of a <c>.npz</c> archive, or of files of their own.</summary>
/// <param name="archive">The archive; null when every array's name is the path of its file.</param>
internal sealed class ArrayFiles(string? archive) : IDataContainer
{
    public IReadOnlyList<string> Names => archive is null ? [] : NpzFile.Names(archive);

    public ISampleArray Input(string name) => archive is null ? new StreamArray(name, null) : new StreamArray(archive, name);

    public ISampleArray Labels(string name) => Input(name);
}
