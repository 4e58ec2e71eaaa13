namespace ModelOptimizer.Methods.Search;

/// <summary>A method whose decisions a search can make: <c>budget: auto</c>.</summary>
public interface ISearchableMethod : ICompressionMethod
{
    /// <summary>Does everything that is needed once, whatever is decided later. Most of a search's preparation goes here.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">There is nothing to decide.</exception>
    ISearchSpace Explore(MethodContext context, MethodArguments arguments);
}
