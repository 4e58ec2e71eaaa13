using System.Text.Json;
using ModelOptimizer.Onnx.Files;

namespace ModelOptimizer.Pipeline.Build;

/// <summary><c>state.json</c> in the output folder.</summary>
internal sealed class BuildStateFile(string outputDirectory)
{
    private readonly string _path = Path.Combine(outputDirectory, "state.json");

    /// <summary>The last build's state; null when there is none, or none that this version understands.</summary>
    public BuildState? Read()
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(_path), BuildJson.Default.BuildState);
            return state?.Version == BuildState.CurrentVersion ? state : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the state in one step.</summary>
    public void Write(BuildState state) => AtomicFile.Write(_path, stream => stream.Write(JsonSerializer.SerializeToUtf8Bytes(state, BuildJson.Default.BuildState)));
}
