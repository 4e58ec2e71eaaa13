namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Together;

/// <summary>A scenario's folder, and what was logged there.</summary>
/// <param name="folder">Its path.</param>
internal sealed class Place(string folder)
{
    /// <summary>How the last step ended, for this scenario's projects.</summary>
    public Outcome Last { get; set; } = new(0, "");

    /// <summary>The absolute path of a file or folder inside.</summary>
    public string this[params string[] names] => Path.Combine([folder, .. names]);

    /// <summary>A new project called <c>app</c>.</summary>
    public Consumer Consumer(string properties = "", string items = "") => new(this["app"], properties, items);
}
