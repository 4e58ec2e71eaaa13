using System.Globalization;
using Google.Protobuf;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx;

/// <summary>Reads the data that a model keeps in other files, from inside the model's folder only.</summary>
internal static class ExternalDataReader
{
    // Constants that shapes are computed from are shorter.
    private const int Large = 64 * 1024;

    // Tied weights are one range of a file with two or three names.
    private const int MostNames = 4;

    /// <summary>Turns every external tensor of <paramref name="model"/> into one that holds its data, and says which files that took.</summary>
    /// <param name="model">The model, which is changed.</param>
    /// <param name="modelPath">Its full path.</param>
    /// <param name="weights">False leaves large initialisers where they are, once their places are checked.</param>
    public static IReadOnlyList<ExternalFile> ReadAll(ModelProto model, string modelPath, bool weights)
    {
        var files = new Dictionary<string, ExternalFile>(StringComparer.Ordinal);
        var ranges = new List<(TensorProto Tensor, ExternalFile File, long Offset, int Length)>();
        foreach (var tensor in ModelTensors.All(model).Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External))
        {
            var location = Entry(tensor, "location") ?? throw Range(tensor, modelPath, "it names no file");
            if (!files.TryGetValue(location, out var file))
            {
                files.Add(location, file = Find(location, modelPath, tensor.Name));
            }

            var (offset, length) = Extent(tensor, file, modelPath);
            ranges.Add((tensor, file, offset, length));
        }

        var there = files.Values.DistinctBy(file => file.Path, StringComparer.Ordinal).Sum(file => file.Length);
        RequireHonest(ranges.Sum(range => (long)range.Length), there, modelPath);
        var left = weights ? [] : model.Graph.Initializer.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        var read = new Dictionary<(string, long, int), ByteString>();
        foreach (var (tensor, file, offset, length) in ranges.Where(range => range.Length < Large || !left.Contains(range.Tensor)))
        {
            if (!read.TryGetValue((file.Path, offset, length), out var bytes))
            {
                read.Add((file.Path, offset, length), bytes = Read(file.Path, offset, length, modelPath));
            }

            tensor.RawData = bytes;
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }

        return [.. files.Values.DistinctBy(file => file.Path, StringComparer.Ordinal)];
    }

    // One file that all tensors of a small model name would otherwise become any amount of memory.
    private static void RequireHonest(long claimed, long there, string modelPath)
    {
        if (claimed > MostNames * there)
        {
            throw ModelReader.Error(
                ModelCodes.ExternalRange,
                modelPath,
                $"the tensors with external data take {claimed} bytes, and their files have {there}: many name the same bytes. Export the model again.");
        }
    }

    private static ExternalFile Find(string location, string modelPath, string tensor)
    {
        try
        {
            var path = ExternalPath.Resolve(location, modelPath, tensor);
            var target = FileLink.Target(path);
            if (target.Exists && LfsPointer.IsOne(path))
            {
                throw ModelReader.Error(
                    ModelCodes.LfsPointer,
                    modelPath,
                    $"the data of tensor '{tensor}' is in '{location}', which is a Git LFS pointer: the data itself was not downloaded. Run 'git lfs pull'.");
            }

            return target.Exists
                ? new ExternalFile(path, target.Length)
                : throw ModelReader.Error(
                    ModelCodes.ExternalMissing,
                    modelPath,
                    $"the data of tensor '{tensor}' is in '{location}', which is not in the model's folder. Copy that file beside the model."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelReader.Error(ModelCodes.Unreadable, modelPath, $"the external data in '{location}' could not be read: {e.Message}", e);
        }
    }

    // Nothing is allocated before the claim has been held against the file and the tensor's own shape.
    private static (long Offset, int Length) Extent(TensorProto tensor, ExternalFile file, string modelPath)
    {
        var offset = Number(tensor, "offset", modelPath) ?? 0;
        if (offset < 0 || offset > file.Length)
        {
            throw Range(tensor, modelPath, $"it starts at byte {offset} of a file of {file.Length} bytes");
        }

        var expected = ElementTypes.ByteLength(tensor);
        var length = Number(tensor, "length", modelPath) ?? expected ?? file.Length - offset;
        if (length < 0 || length > file.Length - offset)
        {
            throw Range(tensor, modelPath, $"it takes {length} bytes from byte {offset} of a file of {file.Length} bytes");
        }

        if (expected is { } bytes && bytes != length)
        {
            throw Range(tensor, modelPath, $"its shape takes {bytes} bytes, but {length} are given");
        }

        return length <= Array.MaxLength
            ? (offset, (int)length)
            : throw ModelReader.Error(ModelCodes.TooLarge, modelPath, $"tensor '{tensor.Name}' has {length} bytes; tensors beyond 2 GB cannot be read.");
    }

    private static ByteString Read(string path, long offset, int length, string modelPath)
    {
        // A tensor without elements needs no file, and opening a pipe would wait for ever.
        if (length == 0)
        {
            return ByteString.Empty;
        }

        try
        {
            using var stream = Disk.OpenRead(path);
            var bytes = new byte[length];
            var done = 0;
            while (done < length)
            {
                var count = RandomAccess.Read(stream.SafeFileHandle, bytes.AsSpan(done), offset + done);
                done += count > 0 ? count : throw new EndOfStreamException($"'{path}' became shorter while it was read");
            }

            return UnsafeByteOperations.UnsafeWrap(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelReader.Error(ModelCodes.Unreadable, modelPath, $"the external data in '{path}' could not be read: {e.Message}", e);
        }
    }

    private static long? Number(TensorProto tensor, string key, string modelPath) =>
        Entry(tensor, key) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw Range(tensor, modelPath, $"its {key} is '{text}', not a number");

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static Diagnostics.DiagnosticException Range(TensorProto tensor, string modelPath, string found) =>
        ModelReader.Error(ModelCodes.ExternalRange, modelPath, $"the external data of tensor '{tensor.Name}' is wrong: {found}. Export the model again.");
}

/// <summary>A file that holds data of a model's tensors.</summary>
internal sealed record ExternalFile(string Path, long Length);

/// <summary>
/// Where external data may lie: in the model's folder or below. A model is data from elsewhere; it must not make a build read (and embed) other files of the
/// machine.
/// </summary>
internal static class ExternalPath
{
    private const int DeepestLink = 40;

    /// <summary>
    /// The full path of <paramref name="location"/>. Where the model's path is itself a link, as in the caches of model hubs, the user chose what it leads to,
    /// and data may lie beside either; a link to data may lead to where the model's leads.
    /// </summary>
    /// <exception cref="Diagnostics.DiagnosticException">It leaves the model's folder, directly or through a link.</exception>
    public static string Resolve(string location, string modelPath, string tensor)
    {
        string[] folders = [Path.GetDirectoryName(modelPath)!, Path.GetDirectoryName(FollowLinks(modelPath))!];
        var paths = folders.Distinct(StringComparer.Ordinal).Select(folder => Resolve(location, folder, folders, modelPath, tensor)).ToList();
        return paths.FirstOrDefault(File.Exists) ?? paths[0];
    }

    private static string Resolve(string location, string folder, string[] folders, string modelPath, string tensor)
    {
        var local = location.Replace('\\', '/');
        var absolute = local.StartsWith('/') || (local.Length > 1 && local[1] == ':');
        if (local.Length == 0 || local.Contains('\0') || absolute)
        {
            throw Outside(location, modelPath, tensor);
        }

        var path = Path.GetFullPath(Path.Combine(folder, local));
        if (!IsInside(path, folder) || !folders.Any(allowed => IsInside(FollowLinks(path), FollowLinks(allowed))))
        {
            throw Outside(location, modelPath, tensor);
        }

        return path;
    }

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Links above the model's folder are the user's own and move both paths alike; a link below it was chosen by whoever made the model.
    private static string FollowLinks(string path, int depth = 0)
    {
        var current = Path.GetPathRoot(path)!;
        foreach (var part in path[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, part);
            FileSystemInfo entry = Directory.Exists(current) ? new DirectoryInfo(current) : new FileInfo(current);
            if (entry.LinkTarget is { } target)
            {
                current = depth < DeepestLink
                    ? FollowLinks(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(current)!, target)), depth + 1)
                    : throw new IOException($"'{current}' is a link that leads nowhere");
            }
        }

        return current;
    }

    private static Diagnostics.DiagnosticException Outside(string location, string modelPath, string tensor) =>
        ModelReader.Error(
            ModelCodes.ExternalOutside,
            modelPath,
            $"the data of tensor '{tensor}' is said to be in '{location}', which is not below the model's folder. Data elsewhere is never read; copy it beside "
                + "the model and correct the path."
        );
}
