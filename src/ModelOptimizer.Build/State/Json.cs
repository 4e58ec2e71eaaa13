using System.Runtime.Serialization.Json;
using System.Text;

namespace ModelOptimizer.Build.State;

/// <summary>JSON by the framework's own serialiser: the task brings no dependency into MSBuild's process.</summary>
internal static class Json
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static string Write<T>(T value)
    {
        using var stream = new MemoryStream();
        new DataContractJsonSerializer(typeof(T)).WriteObject(stream, value);
        return Utf8.GetString(stream.ToArray());
    }

    /// <exception cref="System.Runtime.Serialization.SerializationException">The text is not JSON of this shape.</exception>
    public static T? Read<T>(string text)
        where T : class
    {
        using var stream = new MemoryStream(Utf8.GetBytes(text));
        return new DataContractJsonSerializer(typeof(T)).ReadObject(stream) as T;
    }
}
