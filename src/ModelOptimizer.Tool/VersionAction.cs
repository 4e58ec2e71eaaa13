using System.CommandLine;
using System.CommandLine.Invocation;

namespace ModelOptimizer.Tool;

/// <summary>Prints the product's version, not that of whatever process hosts the command line.</summary>
internal sealed class VersionAction(string version) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(version);
        return 0;
    }
}
