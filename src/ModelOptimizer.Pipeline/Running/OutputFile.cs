using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Files;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Puts a finished model in its place.</summary>
internal static class OutputFile
{
    /// <summary>Writes beside the target and renames; equal bytes keep the file and its time stamp, which is what compilers look at.</summary>
    public static void Write(string path, byte[] bytes, SourcePosition position)
    {
        try
        {
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, stream => stream.Write(bytes));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(RunCodes.OutputNotWritable, $"The compressed model cannot be written to '{path}': {exception.Message}", position, exception);
        }
    }
}
