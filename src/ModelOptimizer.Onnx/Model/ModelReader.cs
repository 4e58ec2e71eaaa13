using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ModelOptimizer.Onnx;

internal static class ModelReader
{
    private static ReadOnlySpan<byte> LfsPrefix => "version https://git-lfs"u8;

    public static OnnxModel Load(string path)
    {
        var full = Path.GetFullPath(path);
        var bytes = ReadWhole(full);
        var proto = Decode(bytes, full);
        var external = ExternalDataReader.ReadAll(proto, full);
        return new OnnxModel(proto, path)
        {
            Files = [full, .. external.Select(file => file.Path)],
            FileSizeInBytes = bytes.Length + external.Sum(file => file.Length),
        };
    }

    public static OnnxModel Parse(byte[] bytes, string? name)
    {
        var proto = Decode(bytes, name ?? "model");
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

    private static byte[] ReadWhole(string path)
    {
        try
        {
            var file = FileLink.Target(path);
            if (!file.Exists)
            {
                throw Error(ModelCodes.NotFound, path, Directory.Exists(path)
                    ? "expected an ONNX file, found a folder. Give the path of the .onnx file."
                    : "there is no such file. Check the path.");
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
                : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Error(ModelCodes.Unreadable, path, $"the file could not be read: {e.Message}", e);
        }
    }

    private static ModelProto Decode(byte[] bytes, string name)
    {
        if (bytes.Length == 0)
        {
            throw Error(ModelCodes.Empty, name, "expected an ONNX model, found no bytes.");
        }

        if (bytes.AsSpan().StartsWith(LfsPrefix))
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
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Error(
                ModelCodes.NotOnnx,
                name,
                $"expected an ONNX model, found {bytes.Length} bytes that are not one, or only a part of one ({e.Message.TrimEnd('.')}). Export or download "
                    + "the model again.",
                e
            );
        }

        // A genuine replacement character is written back as it was.
        if (TextCheck.HasReplacement(proto) && !proto.ToByteArray().AsSpan().SequenceEqual(bytes))
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
