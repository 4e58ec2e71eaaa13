using System.Reflection;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build.Tests;

/// <summary>A parameter of the task that does not reach the request would change nothing, and nobody would notice.</summary>
public sealed class RequestFieldTests : IDisposable
{
    // Parameters that reach the request under other names, or not at all, and why.
    private static readonly Dictionary<string, string[]> Exceptions = new()
    {
        // What is written relative to it reaches the request as absolute paths.
        [nameof(CompressModels.ProjectDirectory)] = [nameof(BuildRequest.CacheDirectory), nameof(BuildRequest.Libraries)],
        // The tool gets these three as environment variables; the request only has to say when one is another.
        [nameof(CompressModels.RuntimeDirectory)] = [nameof(BuildRequest.Libraries)],
        [nameof(CompressModels.Plugins)] = [nameof(BuildRequest.Libraries)],
        [nameof(CompressModels.TorchSharpDirectories)] = [nameof(BuildRequest.Libraries)],
        // The tool itself.
        [nameof(CompressModels.ToolPath)] = [nameof(BuildRequest.ToolVersion)],
        // Whatever starts the tool, it answers the same.
        [nameof(CompressModels.DotNetHost)] = [],
    };

    private readonly TempFolder _folder = new();

    [Fact]
    public void Every_Parameter_Changes_The_Field_Of_Its_Name_And_No_Other()
    {
        foreach (var parameter in Parameters())
        {
            var before = Task();
            var after = Task();
            parameter.SetValue(after, Other(parameter));

            Differences(before.Request(), after.Request()).ShouldBe(Exceptions.GetValueOrDefault(parameter.Name, [parameter.Name]), parameter.Name);
        }
    }

    [Fact]
    public void Every_Field_Has_A_Parameter() =>
        Fields().Select(field => field.Name).Except(Parameters().SelectMany(parameter => Exceptions.GetValueOrDefault(parameter.Name, [parameter.Name])))
            .ShouldBe([nameof(BuildRequest.Protocol)], "it is a constant of the contract");

    [Fact]
    public void The_Targets_File_Sets_Every_Parameter()
    {
        var targets = XDocument.Load(Path.Combine(Repository.Root, "src/ModelOptimizer.Build/build/ModelOptimizer.Build.targets"));

        targets
            .Descendants(nameof(CompressModels))
            .ShouldHaveSingleItem()
            .Attributes()
            .Select(attribute => attribute.Name.LocalName)
            .Where(name => name != "Condition")
            .ShouldBe(Parameters().Select(parameter => parameter.Name), ignoreOrder: true);
    }

    public void Dispose() => _folder.Dispose();

    private static PropertyInfo[] Fields() => typeof(BuildRequest).GetProperties();

    private static IEnumerable<PropertyInfo> Parameters() =>
        typeof(CompressModels)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property => property.GetCustomAttribute<OutputAttribute>() is null);

    private static IEnumerable<string> Differences(BuildRequest before, BuildRequest after) =>
        from field in Fields()
        let values = (Before: field.GetValue(before), After: field.GetValue(after))
        where values is not (string[] one, string[] other) ? !Equals(values.Before, values.After) : !one.SequenceEqual(other)
        orderby field.Name
        select field.Name;

    private CompressModels Task() => new()
    {
        Manifests = [new TaskItem(_folder["modelopt.yaml"])],
        ProjectDirectory = _folder.Path,
        OutputDirectory = _folder["obj"],
        ToolPath = _folder["modelopt.dll"],
        CacheDirectory = "cache",
        RuntimeDirectory = "runtime",
    };

    private object Other(PropertyInfo parameter)
    {
        // Another tool has another identity only when it is there.
        File.Copy(typeof(CompressModels).Assembly.Location, _folder["other.dll"], overwrite: true);
        return parameter.GetValue(Task()) switch
        {
            ITaskItem[] => new ITaskItem[] { new TaskItem(_folder["other.dll"]) },
            string[] => new[] { "other.dll" },
            bool value => !value,
            string => _folder["other.dll"],
            var value => throw new NotSupportedException($"{parameter.Name} is a {value?.GetType().Name}"),
        };
    }
}
