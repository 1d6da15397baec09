import { deleteOrg } from './registry/delete-org.ts'
import { deleteUser } from './registry/delete-user.ts'
import { acceptInvitation, invite, readInvitation } from './registry/invitations.ts'
import { countMembers, listMembers, removeMember, setMember } from './registry/org-members.ts'
import { createOrg, listOrgs, readOrg } from './registry/orgs.ts'
import { issueReset, readReset, useReset } from './registry/password-reset.ts'
import { addTeamMember, listTeamMembers, removeTeamMember } from './registry/team-members.ts'
import { createTeam, deleteTeam, describeTeam, listTeams } from './registry/teams.ts'
import { disableUser, enableUser, endLogins, listUsers, readUser, setRoles } from './registry/users.ts'

/** The administration of people, as protocols see it once it is bound to stores. */
export const people = {
  listUsers,
  readUser,
  setRoles,
  disableUser,
  enableUser,
  endLogins,
  deleteUser,
  invite,
  readInvitation,
  acceptInvitation,
  issueReset,
  readReset,
  useReset,
}

/** The same for organisations and teams. */
export const organisations = {
  createOrg,
  readOrg,
  listOrgs,
  deleteOrg,
  setMember,
  removeMember,
  listMembers,
  countMembers,
  createTeam,
  describeTeam,
  listTeams,
  deleteTeam,
  addTeamMember,
  removeTeamMember,
  listTeamMembers,
}
