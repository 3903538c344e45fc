using System.Net;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>Reads the numbers of silos from Orleans' table of members.</summary>
internal sealed class PostgresMemberNumbers(IOptions<ClusterOptions> options) : IMemberNumbers
{
    private const string Query = """
        SELECT max(generation) FROM orleansmembershiptable WHERE deploymentid = @Cluster AND address = @Address AND port = @Port
        """;

    public int? FindLast(IPEndPoint address)
    {
        try
        {
            using var connection = new NpgsqlConnection(ClusterConnection.OfHealth(options.Value));
            return connection.QuerySingle<int?>(
                Query, new { Cluster = options.Value.Id, Address = address.Address.ToString(), address.Port });
        }
        catch (NpgsqlException)
        {
            return null; // no table yet, or no database: the start of the node reports it
        }
    }
}
