using Google.Protobuf;

namespace ModelOptimizer.Onnx;

internal static class ModelWriter
{
    public static byte[] ToBytes(ModelProto model, string? path) =>
        ModelSize.FitsOneFile(model)
            ? model.ToByteArray()
            : throw ModelReader.Error(
                ModelCodes.TooLarge,
                path ?? "model",
                "what was made of the model is still larger than 2 GB, and a compressed model is one self-contained file. Lower the budget, or compress "
                    + "more of its layers."
            );

    public static void Save(ModelProto model, string path, bool externalData)
    {
        var full = Path.GetFullPath(path);
        try
        {
            Disk.Folder(Path.GetDirectoryName(full)!);
            var data = full + ".data";
            if (!externalData && ModelSize.FitsOneFile(model))
            {
                AtomicFile.Write(full, model.WriteTo);
                return;
            }

            var layout = ExternalLayout.Of(model, Path.GetFileName(data));
            if (!ModelSize.FitsOneFile(layout.Model))
            {
                throw ModelReader.Error(
                    ModelCodes.TooLarge,
                    full,
                    "more than 2 GB of the model are not initializers with raw data and cannot be put into a data file. Export the model with its weights as "
                        + "initializers."
                );
            }

            if (layout.Blocks.Count > 0)
            {
                AtomicFile.Write(data, stream => WriteBlocks(stream, layout.Blocks));
            }

            AtomicFile.Write(full, layout.Model.WriteTo);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelReader.Error(ModelCodes.Unwritable, full, $"the model could not be written: {e.Message}", e);
        }
    }

    private static void WriteBlocks(Stream stream, IEnumerable<(long Offset, ByteString Data)> blocks)
    {
        foreach (var (offset, data) in blocks)
        {
            stream.SetLength(offset);
            stream.Position = offset;
            data.WriteTo(stream);
        }
    }
}
