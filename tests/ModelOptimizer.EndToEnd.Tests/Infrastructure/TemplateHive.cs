namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>The template package, installed into a folder of its own instead of the user's.</summary>
public sealed class TemplateHive : IDisposable
{
    private readonly TempFolder _folder = new();

    public TemplateHive() => New("install", Path.Combine(Packages.Feed, $"ModelOptimizer.Templates.{Packages.Version}.nupkg")).ShouldSucceed();

    /// <summary>The command <c>dotnet new</c> with these arguments.</summary>
    internal string[] Command(params string[] arguments) => ["new", .. arguments, "--debug:custom-hive", _folder.Path];

    public void Dispose() => _folder.Dispose();

    private Outcome New(params string[] arguments) => DotNet.Run(_folder.Path, new Dictionary<string, string>(), Command(arguments));
}
