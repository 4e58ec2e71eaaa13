namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Turns what a file can do wrong into an error at the dataset.</summary>
internal static class DataFailure
{
    /// <summary>Whether an exception says something about the file rather than about the program.</summary>
    public static bool IsAboutTheFile(Exception exception) =>
        exception is DataProblem or IOException or InvalidDataException or UnauthorizedAccessException or OverflowException;

    /// <summary>Reads, or says what was wrong with <paramref name="name"/>.</summary>
    public static T Guard<T>(DatasetPlan dataset, string name, string when, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (IsAboutTheFile(exception))
        {
            throw Of(dataset, name, exception, when);
        }
    }

    /// <summary>What is wrong with a file, and its code.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="when">What was being done.</param>
    /// <param name="files">The files that may be to blame.</param>
    public static (string Code, string Text) Describe(Exception exception, string when, params IReadOnlyList<string> files) => exception switch
    {
        _ when files.FirstOrDefault(LfsPointer.IsOne) is { } pointer =>
            (DataCodes.Corrupt, $"'{pointer}' is a Git LFS pointer: the data itself was not downloaded; run 'git lfs pull'"),
        DataProblem problem => (problem.Code, problem.Message),
        EndOfStreamException => (DataCodes.Corrupt, $"it ends too early ({when}); make or download the file again"),
        InvalidDataException => (DataCodes.Corrupt, $"it is damaged ({when}: {exception.Message.TrimEnd('.')}); make or download the file again"),
        OverflowException => (DataCodes.Corrupt, "its header gives a shape that no file can have; make or download the file again"),
        FileNotFoundException or DirectoryNotFoundException => (DataCodes.Unreadable, "the file does not exist; put it there, or change the manifest"),
        _ => (DataCodes.Unreadable, exception.Message.TrimEnd('.')),
    };

    /// <summary>The error.</summary>
    /// <param name="dataset">Where it is reported.</param>
    /// <param name="name">The array or file.</param>
    /// <param name="exception">What went wrong.</param>
    /// <param name="when">What was being done.</param>
    public static DiagnosticException Of(DatasetPlan dataset, string name, Exception exception, string when)
    {
        var (code, text) = Describe(exception, when, dataset.Files);
        return new DiagnosticException(code, $"Dataset '{dataset.Name}' cannot read {name}: {text}.", dataset.Position, exception);
    }
}
