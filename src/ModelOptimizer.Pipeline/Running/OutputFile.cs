using ModelOptimizer.Pipeline.Files;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Puts a finished model in its place.</summary>
internal static class OutputFile
{
    /// <summary>Writes the model whole or not at all; equal bytes keep the file as it is.</summary>
    public static void Write(string path, byte[] bytes, SourcePosition position)
    {
        try
        {
            ChangedFile.Write(path, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(RunCodes.OutputNotWritable, $"The compressed model cannot be written to '{path}': {exception.Message}", position, exception);
        }
    }
}
