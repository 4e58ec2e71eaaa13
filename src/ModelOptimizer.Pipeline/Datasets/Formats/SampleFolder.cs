using System.Runtime.InteropServices;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>
/// A folder with a file for each sample, in sub-folders named for their classes, or in the folder itself when there are no classes. Classes and samples
/// are in ordinal order, so neither the file system nor the machine's language changes what is sample 7.
/// </summary>
internal sealed class SampleFolder : IDataContainer
{
    private readonly string _root;
    private readonly List<(string Class, string Stem)> _samples = [];
    private readonly List<string> _classes;

    /// <summary>Lists the samples; opens none.</summary>
    public SampleFolder(DatasetPlan dataset)
    {
        _root = dataset.Path!;
        var areLabelled = dataset.Labels == DatasetPlan.FolderLabels;
        var patterns = dataset.Inputs.Values.Append(areLabelled ? null : dataset.Labels).OfType<string>()
            .Select(Pattern).DistinctBy(pattern => pattern.Files).ToList();
        _classes = [.. FolderFiles.Folders(_root)];
        var loose = Listed(_root, patterns);
        if (_classes.Count == 0)
        {
            _ = areLabelled
                ? throw new DataProblem(
                    DataCodes.Folder,
                    "it has no sub-folders, one for each class; sort the samples into such, or leave out 'labels: folder'"
                )
                : _classes;
            Add("", loose, patterns);
            return;
        }

        if (loose.Count > 0)
        {
            throw new DataProblem(
                DataCodes.Folder,
                $"it has samples beside its sub-folders, such as '{loose.First().Value.First()}'; move them into the sub-folders of their classes"
            );
        }

        foreach (var name in _classes)
        {
            Add(name, Listed(Path.Combine(_root, name), patterns), patterns);
        }
    }

    public IReadOnlyList<string> Names => [];

    /// <summary>Number of samples.</summary>
    public int Count => _samples.Count;

    /// <summary>The number of a sample's class.</summary>
    public int ClassOf(int sample) => _classes.BinarySearch(_samples[sample].Class, StringComparer.Ordinal);

    /// <summary>The file of a sample, from the folder.</summary>
    public string FileOf(int sample, FilePattern pattern) => Path.Combine(_samples[sample].Class, pattern.File(_samples[sample].Stem));

    /// <summary>Opens the file of a sample at its first element.</summary>
    public (Stream Stream, ArrayHeader Header) OpenFile(int sample, FilePattern pattern) =>
        StreamArray.OpenStream(Path.Combine(_root, FileOf(sample, pattern)), pattern.Array);

    public ISampleArray Input(string name) => new FolderArray(this, _root, name, Pattern(name));

    public ISampleArray Labels(string name) => name == DatasetPlan.FolderLabels ? new FolderClasses(this, _root) : Input(name);

    private static FilePattern Pattern(string name) =>
        FilePattern.Parse(name) ?? throw new DataProblem(DataCodes.Folder, $"'{name}' is no pattern of file names such as '*.npy'");

    /// <summary>The files of each sample of one folder, in the order of <paramref name="patterns"/>.</summary>
    private static SortedDictionary<string, string?[]> Listed(string folder, List<FilePattern> patterns)
    {
        var samples = new SortedDictionary<string, string?[]>(StringComparer.Ordinal);
        foreach (var file in FolderFiles.Files(folder))
        {
            // '*.mask.npy' before '*.npy': a file belongs to the pattern that says most about it.
            var pattern = patterns.Where(pattern => pattern.Stem(file) is not null).MaxBy(pattern => pattern.Files.Length);
            if (pattern is not null)
            {
                var stem = pattern.Stem(file)!;
                samples.TryAdd(stem, new string?[patterns.Count]);
                samples[stem][patterns.IndexOf(pattern)] = file;
            }
        }

        return samples;
    }

    private void Add(string name, SortedDictionary<string, string?[]> samples, List<FilePattern> patterns)
    {
        var place = name.Length == 0 ? "it" : $"its sub-folder '{name}'";
        if (samples.Count == 0)
        {
            throw new DataProblem(
                DataCodes.Folder,
                $"{place} has no file '{patterns[0].Files}'; put samples there, or {(name.Length == 0 ? "correct the pattern" : "remove the sub-folder")}"
            );
        }

        foreach (var (stem, files) in samples)
        {
            var missing = Array.IndexOf(files, null);
            if (missing >= 0)
            {
                throw new DataProblem(
                    DataCodes.Folder,
                    $"{place} has '{files.First(file => file is not null)}' but no '{patterns[missing].File(stem)}'; every sample needs all of its files"
                );
            }

            _samples.Add((name, stem));
        }
    }
}

/// <summary>The class of each sample of a folder: the place of its sub-folder's name among all of them.</summary>
internal sealed class FolderClasses(SampleFolder folder, string root) : ISampleArray
{
    public string Name => $"the sub-folders of {root}";

    public ArrayHeader Header { get; } = new(new ElementFormat(ElementKind.Signed, sizeof(long), !BitConverter.IsLittleEndian), [folder.Count], 0);

    public ISampleReader Open() => new Reader(folder);

    private sealed class Reader(SampleFolder folder) : ISampleReader
    {
        private int _next;

        public void Skip(long samples) => _next += (int)samples;

        public void Read(Span<byte> sample) => MemoryMarshal.Write(sample, (long)folder.ClassOf(_next++));

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }
}
