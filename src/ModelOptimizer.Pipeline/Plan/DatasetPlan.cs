namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>datasets:</c>.</summary>
internal sealed record DatasetPlan
{
    /// <summary>What <see cref="Labels"/> says when the sub-folders of a folder are the classes.</summary>
    public const string FolderLabels = "folder";

    /// <summary>The entry's key; for a part of it, with the part's name after a slash.</summary>
    public required string Name { get; init; }

    /// <summary>Where the entry is written.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Absolute path of the file or folder; null when every array names its own file (IDX).</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Model input → array name in <see cref="Path"/> (columns of a table, a pattern of file names in a folder), or absolute file path when there is no
    /// <see cref="Path"/>.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>Array (or absolute file) with the labels: the class of each sample, or numbers that a model should give.</summary>
    public string? Labels { get; init; }

    /// <summary>The columns, or ranges of columns, behind those names of <see cref="Inputs"/> and <see cref="Labels"/> that are lists.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Columns { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The part of the samples that is used; null for all.</summary>
    public DatasetPart? Part { get; init; }

    /// <summary>What is done to every input value.</summary>
    public PreprocessPlan Preprocess { get; init; } = new();

    /// <summary>Every file and folder that is read, absolute: inputs of the cache key and of incremental builds.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The columns of a table that an array's name stands for.</summary>
    public IReadOnlyList<string> ColumnsOf(string array) => Columns.TryGetValue(array, out var columns) ? columns : [array];
}
