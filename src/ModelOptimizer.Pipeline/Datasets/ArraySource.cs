using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets.Formats;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>One array of a dataset: where it is, and what its header says.</summary>
internal sealed class ArraySource
{
    private readonly DatasetPlan dataset;
    private readonly string array;

    /// <summary>Reads the header.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="array">A name in <see cref="DatasetPlan.Path"/>, or a file when there is none.</param>
    public ArraySource(DatasetPlan dataset, string array)
    {
        this.dataset = dataset;
        this.array = array;
        Header = Guarded(() =>
        {
            var (stream, header) = OpenStream();
            stream.Dispose();
            return header;
        });
    }

    /// <summary>Element type and shape.</summary>
    public ArrayHeader Header { get; }

    /// <summary>What the array is called in messages.</summary>
    public string Name => dataset.Path is { } path ? $"array '{array}' of {path}" : array;

    /// <summary>Opens the array at its first element.</summary>
    public (Stream Stream, ArrayHeader Header) OpenStream()
    {
        var (stream, header, length) = Open();
        try
        {
            var expected = checked(header.Count * header.SampleBytes);
            return header.SampleBytes > Array.MaxLength
                ? throw new DataProblem(DataCodes.Unsupported, $"one sample of it has {header.SampleBytes} bytes, which is more than fits into memory")
                : length is { } bytes && bytes - header.Offset < expected
                ? throw new DataProblem(DataCodes.Corrupt, $"it should have {expected} bytes of values for its shape {ShapeText.Of(header.Shape)}, and has {bytes - header.Offset}: it is cut off; make or download it again")
                : (stream, header);
        }
        catch (Exception)
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether an exception says something about the file rather than about the program.</summary>
    public static bool IsAboutTheFile(Exception exception) =>
        exception is DataProblem or IOException or InvalidDataException or UnauthorizedAccessException or OverflowException;

    /// <summary>Turns what a file can do wrong into an error at the dataset.</summary>
    public T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (IsAboutTheFile(exception))
        {
            throw Problem(exception, "while opening it");
        }
    }

    /// <summary>An error at the dataset for what went wrong in the file.</summary>
    public DiagnosticException Problem(Exception exception, string when)
    {
        var (code, text) = exception switch
        {
            DataProblem problem => (problem.Code, problem.Message),
            EndOfStreamException => (DataCodes.Corrupt, $"it ends too early ({when}); make or download the file again"),
            InvalidDataException => (DataCodes.Corrupt, $"it is damaged ({when}: {exception.Message.TrimEnd('.')}); make or download the file again"),
            OverflowException => (DataCodes.Corrupt, "its header gives a shape that no file can have; make or download the file again"),
            FileNotFoundException or DirectoryNotFoundException => (DataCodes.Unreadable, "the file does not exist; put it there, or change the manifest"),
            _ => (DataCodes.Unreadable, exception.Message.TrimEnd('.')),
        };
        return new DiagnosticException(code, $"Dataset '{dataset.Name}' cannot read {Name}: {text}.", dataset.Position, exception);
    }

    private (Stream Stream, ArrayHeader Header, long? Length) Open()
    {
        if (dataset.Path is { } path)
        {
            var (packed, length) = NpzFile.Open(path, array);
            try
            {
                return (packed, NpyHeader.Read(packed), length);
            }
            catch (Exception)
            {
                packed.Dispose();
                throw;
            }
        }

        var (stream, found) = ArrayFile.Open(array);
        return (stream, found, stream.CanSeek ? stream.Length : null);
    }
}
