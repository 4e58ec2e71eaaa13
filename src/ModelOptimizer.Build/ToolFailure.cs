namespace ModelOptimizer.Build;

/// <summary>Explains an exit code that came without an error of the tool's own.</summary>
internal static class ToolFailure
{
    // The host's FrameworkMissingFailure; other systems than Windows see its lowest byte.
    private const int FrameworkMissing = unchecked((int)0x80008096);

    public static (string Code, string Message) Explain(int exitCode, string errors) =>
        exitCode is FrameworkMissing or (FrameworkMissing & 0xff)
            ? (
                BuildErrors.NoRuntime,
                "modelopt needs the .NET 10 runtime or a later one, and the dotnet that runs this build has none. Install it from "
                    + "https://dotnet.microsoft.com/download/dotnet/10.0; the project itself may target any framework."
            )
            : (BuildErrors.EndedWithoutError, $"modelopt ended with exit code {exitCode} and no error of its own. {LastWords(errors)}");

    private static string LastWords(string errors) =>
        errors.Length == 0 ? "It wrote nothing to its error stream." : $"It ended with:{Environment.NewLine}{errors}";
}
