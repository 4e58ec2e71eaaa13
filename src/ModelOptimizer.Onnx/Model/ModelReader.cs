using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ModelOptimizer.Onnx;

internal static class ModelReader
{
    private const long SmallModel = 4_000_000;

    public static OnnxModel Load(string path, bool weights)
    {
        var full = Path.GetFullPath(path);
        var (proto, length) = ReadWhole(full);
        var external = ExternalDataReader.ReadAll(proto, full, weights);
        return new OnnxModel(proto, path)
        {
            Files = [full, .. external.Select(file => file.Path)],
            FileSizeInBytes = length + external.Sum(file => file.Length),
        };
    }

    public static OnnxModel Parse(byte[] bytes, string? name)
    {
        var proto = bytes.Length == 0
            ? throw Error(ModelCodes.Empty, name ?? "model", "expected an ONNX model, found no bytes.")
            : Decode(() => new MemoryStream(bytes), name ?? "model");
        var external = ModelTensors.All(proto).FirstOrDefault(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External);
        if (external is not null)
        {
            throw Error(
                ModelCodes.ExternalMissing,
                name ?? "model",
                $"expected a self-contained model, but the data of tensor '{external.Name}' is in another file. Load the model from its own folder."
            );
        }

        return new OnnxModel(proto, name);
    }

    internal static DiagnosticException Error(string code, string file, string message, Exception? inner = null) =>
        new(code, message, new SourcePosition(file), inner);

    private static (ModelProto Model, long Length) ReadWhole(string path)
    {
        try
        {
            var file = FileLink.Target(path);
            if (!file.Exists)
            {
                throw Error(ModelCodes.NotFound, path, Directory.Exists(path)
                    ? "expected an ONNX file, found a folder. Give the path of the .onnx file."
                    : $"there is no such file. Check the path.{NearPath.Hint(path)}");
            }

            if (file.Length > Array.MaxLength)
            {
                throw Error(
                    ModelCodes.TooLarge,
                    path,
                    $"the file has {file.Length} bytes; one ONNX file can hold at most 2 GB. Export the model with external data."
                );
            }

            return file.Length == 0
                ? throw Error(ModelCodes.Empty, path, "expected an ONNX model, found an empty file. Export or download the model again.")
                : (Decode(() => Disk.OpenRead(path), path), file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Error(ModelCodes.Unreadable, path, $"the file could not be read: {e.Message}", e);
        }
    }

    // Read as a stream, so that the file's bytes are not in memory beside the model's.
    private static ModelProto Decode(Func<Stream> open, string name)
    {
        using var stream = open();
        if (LfsPointer.IsOne(stream))
        {
            throw Error(
                ModelCodes.LfsPointer,
                name,
                "expected an ONNX model, found a Git LFS pointer: the model itself was not downloaded. Run 'git lfs pull'."
            );
        }

        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(stream);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            // A count of packed numbers that lies is an argument that the parser's lists do not take.
            throw Error(
                ModelCodes.NotOnnx,
                name,
                $"expected an ONNX model, found {stream.Length} bytes that are not one, or only a part of one ({e.Message.TrimEnd('.')}). Export or download "
                    + "the model again.",
                e
            );
        }

        // A genuine replacement character is written back as it was.
        if (MayHaveReplacement(proto, stream.Length) && TextCheck.HasReplacement(proto) && !IsWrittenAs(proto, open))
        {
            throw Error(
                ModelCodes.NotOnnx,
                name,
                "expected an ONNX model, found one with names that are not UTF-8 text; saving would change them. Export the model with other names."
            );
        }

        if (proto.Graph is null)
        {
            throw Error(ModelCodes.NoGraph, name, "expected an ONNX model, found a file without a graph. Export or download the model again.");
        }

        return proto;
    }

    // Looking into every field takes descriptors of all messages, a tenth of a short command. A small model's bytes say sooner that there is nothing to find.
    private static bool MayHaveReplacement(ModelProto proto, long length) =>
        length > SmallModel || proto.ToByteArray().AsSpan().IndexOf("\uFFFD"u8) >= 0;

    private static bool IsWrittenAs(ModelProto proto, Func<Stream> open)
    {
        using var stream = open();
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return proto.ToByteArray().AsSpan().SequenceEqual(bytes);
    }
}

/// <summary>What Git LFS leaves in the place of a file that was not downloaded.</summary>
internal static class LfsPointer
{
    private const int Longest = 1024;

    private static ReadOnlySpan<byte> Prefix => "version https://git-lfs"u8;

    /// <summary>Whether <paramref name="stream"/> is one; it is at its beginning again afterwards.</summary>
    public static bool IsOne(Stream stream)
    {
        if (stream.Length > Longest)
        {
            return false;
        }

        var start = new byte[Prefix.Length];
        var count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return start.AsSpan(0, count).SequenceEqual(Prefix);
    }

    /// <summary>Whether the file at <paramref name="path"/> is one; false where it cannot be read.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            using var stream = Disk.OpenRead(path);
            return IsOne(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }
}

/// <summary>Finds text that was damaged by reading it.</summary>
internal static class TextCheck
{
    /// <summary>
    /// Whether any text of <paramref name="message"/> holds the replacement character: the reader puts it where bytes are not UTF-8, and saving would then
    /// change the file.
    /// </summary>
    public static bool HasReplacement(IMessage message) => message.Descriptor.Fields.InFieldNumberOrder().Any(field => HasReplacement(field, message));

    private static bool HasReplacement(FieldDescriptor field, IMessage message)
    {
        if (field.FieldType is not (FieldType.String or FieldType.Message))
        {
            return false;
        }

        return field.Accessor.GetValue(message) switch
        {
            string text => text.Contains('\uFFFD'),
            IMessage inner => HasReplacement(inner),
            IList list => list.Cast<object>().Any(item => item is string text ? text.Contains('\uFFFD') : HasReplacement((IMessage)item)),
            _ => false,
        };
    }
}

internal static class FileLink
{
    /// <summary>The file that a path leads to: existence and length of a link are not those of its target.</summary>
    public static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }
}
