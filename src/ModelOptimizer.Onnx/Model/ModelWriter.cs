using System.Diagnostics;
using System.Globalization;
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
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
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

/// <summary>Writes a file whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        // Machine and process keep two builds that write one output apart; the rename decides.
        var temporary = $"{path}.{Environment.MachineName}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        DeleteLeft(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Whether no process of this machine has this number any more.</summary>
    public static bool IsGone(int process)
    {
        try
        {
            Process.GetProcessById(process).Dispose();
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way.
        }
    }

    // What a run that was killed left of the same file.
    private static void DeleteLeft(string path)
    {
        var start = $"{Path.GetFileName(path)}.{Environment.MachineName}.";
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, start + "*.tmp"))
        {
            // Containers may share a name and a folder, and not know each other's processes.
            var isOld = DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > TimeSpan.FromMinutes(1);
            if (int.TryParse(Path.GetFileName(file)[start.Length..].Split('.')[0], CultureInfo.InvariantCulture, out var process) && isOld && IsGone(process))
            {
                TryDelete(file);
            }
        }
    }
}
